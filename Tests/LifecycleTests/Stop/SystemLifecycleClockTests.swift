import Testing

@testable import Lifecycle

@Suite("The system's clock")
struct SystemLifecycleClockTests {
    @Test("calls back in the order of time, and never what was cancelled")
    func calls() throws {
        let clock = try SystemLifecycleClock()
        let before = clock.now
        let journal = Journal<Int>()
        let gate = Gate()
        let cancel = clock.call(after: .milliseconds(1)) { journal.add(1) }
        cancel()
        _ = clock.call(after: .milliseconds(20)) {
            journal.add(3)
            gate.open()
        }
        _ = clock.call(after: .zero) { journal.add(2) }
        gate.pass()
        #expect(journal.entries == [2, 3])
        // Never sooner than asked.
        #expect(clock.now - before >= .milliseconds(20))
        cancel()
    }
}
