import Testing

@testable import Observe

@Suite("The queue of spans")
struct ExportQueueTests {
    private static let accepted = ExportOutcome.accepted(rejected: 0, message: "")
    private static let unavailable = ExportOutcome.failedForNow(code: "UNAVAILABLE", after: nil)

    /// A queue of six spans whose batches have two.
    private static func queue(
        _ change: (inout ExportConfiguration) -> Void = { _ in }
    ) -> ExportQueue {
        var configuration = ExportConfiguration()
        configuration.queuedSpans = 6
        configuration.batchSpans = 2
        configuration.attempts = 4
        change(&configuration)
        return ExportQueue(configuration)
    }

    private static let spans = (0..<20).map { FinishedSpan.plain("\($0)") }

    /// How many spans an action sends, or nil.
    private static func sent(_ action: ExportQueue.Action) -> [String]? {
        if case .send(let batch) = action { batch.map(\.name) } else { nil }
    }

    @Test("has the sizes and times that OpenTelemetry's own exporters have")
    func defaults() {
        let configuration = ExportConfiguration()
        #expect(configuration.queuedSpans == 2_048 && configuration.batchSpans == 512)
        #expect(configuration.delay == .seconds(5))
    }

    @Test("waits for a batch, but not for ever, and sends in order")
    func gathering() {
        var queue = Self.queue()
        #expect(queue.append(Self.spans[0]) == .wait(.seconds(5), ticket: 1))
        #expect(Self.sent(queue.append(Self.spans[1])) == ["0", "1"])
        // The wait was for spans that have gone.
        #expect(queue.due(1) == .none)
        #expect(queue.append(Self.spans[2]) == .none)
        #expect(queue.ended(Self.accepted, random: 0) == .wait(.seconds(5), ticket: 2))
        #expect(queue.due(1) == .none)
        #expect(Self.sent(queue.due(2)) == ["2"])
        #expect(queue.ended(Self.accepted, random: 0) == .none)
        #expect(queue.counts == .init(exported: 3) && queue.count == 0)
    }

    @Test("drops what it has no room for, and sends full batches one after the other")
    func full() {
        var queue = Self.queue()
        for span in Self.spans[..<10] { _ = queue.append(span) }
        #expect(queue.count == 6 && queue.counts == .init(dropped: 2))
        #expect(Self.sent(queue.ended(Self.accepted, random: 0)) == ["2", "3"])
        #expect(Self.sent(queue.ended(Self.accepted, random: 0)) == ["4", "5"])
        #expect(Self.sent(queue.ended(Self.accepted, random: 0)) == ["6", "7"])
        #expect(queue.ended(Self.accepted, random: 0) == .none)
        #expect(queue.counts == .init(exported: 8, dropped: 2))
    }

    @Test("waits twice as long after each attempt, and gives a batch up after the last")
    func backOff() {
        var queue = Self.queue { $0.longestBackoff = .seconds(3) }
        _ = queue.append(Self.spans[0])
        #expect(Self.sent(queue.append(Self.spans[1])) == ["0", "1"])
        let expected: [(random: Double, wait: Duration)] = [
            (0.5, .seconds(1)), (0, .seconds(1.6)), (1, .seconds(3.6)),
        ]
        for (number, (random, wait)) in expected.enumerated() {
            let action = queue.ended(Self.unavailable, random: random)
            guard case .wait(let delay, let ticket) = action else {
                Issue.record("attempt \(number) was followed by \(action)")
                return
            }
            #expect((delay / .microseconds(1)).rounded() == (wait / .microseconds(1)).rounded())
            #expect(queue.append(Self.spans[2 + number]) == .none)
            #expect(Self.sent(queue.due(ticket)) == ["0", "1"] && queue.due(ticket) == .none)
        }
        #expect(Self.sent(queue.ended(Self.unavailable, random: 0)) == ["2", "3"])
        #expect(queue.counts == .init(failed: 2, retries: 3))
        // The next batch begins anew.
        #expect(queue.ended(Self.unavailable, random: 0.5) == .wait(.seconds(1), ticket: 5))
    }

    @Test("leaves a collector alone for as long as it asks, within reason")
    func requestedWait() {
        var queue = Self.queue()
        _ = queue.append(Self.spans[0])
        _ = queue.append(Self.spans[1])
        for (asked, wait) in [(60, 60), (86_400, 300)] {
            let outcome = ExportOutcome.failedForNow(code: "", after: .seconds(asked))
            guard case .wait(.seconds(wait), let ticket) = queue.ended(outcome, random: 0) else {
                Issue.record("it does not wait for \(wait) seconds")
                return
            }
            _ = queue.due(ticket)
        }
        let soon = ExportOutcome.failedForNow(code: "", after: .zero)
        #expect(queue.ended(soon, random: 0.5) == .wait(.seconds(4), ticket: 4))
    }

    @Test("never sends again what was refused, whole or in part")
    func refusals() {
        var queue = Self.queue()
        for span in Self.spans[..<6] { _ = queue.append(span) }
        #expect(Self.sent(queue.ended(.failed(code: ""), random: 0)) == ["2", "3"])
        let partly = ExportOutcome.accepted(rejected: 1, message: "")
        #expect(Self.sent(queue.ended(partly, random: 0)) == ["4", "5"])
        // A collector cannot refuse more than there was.
        #expect(queue.ended(.accepted(rejected: 7, message: ""), random: 0) == .none)
        #expect(queue.counts == .init(exported: 1, rejected: 3, failed: 2))
    }

    @Test("sends all there is when it stops, and takes no more")
    func stop() {
        var queue = Self.queue()
        for span in Self.spans[..<5] { _ = queue.append(span) }
        #expect(queue.stop() == .none && queue.stop() == .none)
        #expect(queue.append(Self.spans[5]) == .none && queue.counts == .init(dropped: 1))
        #expect(Self.sent(queue.ended(Self.accepted, random: 0)) == ["2", "3"])
        #expect(Self.sent(queue.ended(Self.accepted, random: 0)) == ["4"])
        #expect(!queue.isEnded && queue.ended(Self.accepted, random: 0) == .finish)
        #expect(queue.isEnded && queue.giveUp() == .none)
        #expect(queue.counts == .init(exported: 5, dropped: 1))
    }

    @Test("stops at once if there is nothing, or little, to send")
    func stopEarly() {
        var empty = Self.queue()
        #expect(empty.stop() == .finish && empty.isEnded)
        var waiting = Self.queue()
        _ = waiting.append(Self.spans[0])
        #expect(Self.sent(waiting.stop()) == ["0"])
        var backingOff = Self.queue()
        for span in Self.spans[..<2] { _ = backingOff.append(span) }
        _ = backingOff.ended(Self.unavailable, random: 0)
        #expect(Self.sent(backingOff.stop()) == ["0", "1"])
    }

    @Test("counts what is lost when its time is up")
    func giveUp() {
        var queue = Self.queue()
        for span in Self.spans[..<5] { _ = queue.append(span) }
        #expect(queue.giveUp() == .finish && queue.isEnded && queue.count == 0)
        #expect(queue.counts == .init(dropped: 3, failed: 2))
        // What was on its way may end still, and counts no more.
        #expect(
            queue.ended(Self.accepted, random: 0) == .none && queue.append(Self.spans[0]) == .none
        )
        #expect(queue.counts == .init(dropped: 4, failed: 2))
    }
}
