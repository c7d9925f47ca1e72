import Wire

@testable import Net

/// A filter that greets as ``XorFilter`` does, notes the bytes that come and passes none on.
final class TappedFilter: TransportFilter, @unchecked Sendable {
    // `@unchecked`: used by the thread of its transport's loop only.
    private let seen: Journal<UInt8>
    private var hasGreeted = false

    init(_ seen: Journal<UInt8>) { self.seen = seen }

    func receive(_ ciphertext: RawSpan, plaintext: inout OutputBuffer) throws {
        for byte in [UInt8](copying: ciphertext) { seen.add(byte) }
        isReady = true
    }

    private(set) var isReady = false
    let isPeerFinished = false
    let isBlocked = false
    private var pending = OutputBuffer()

    func send(_ plaintext: RawSpan) throws { pending.append(plaintext) }

    func takeCiphertext(into output: inout OutputBuffer) {
        if !hasGreeted { output.append(XorFilter.greeting) }
        hasGreeted = true
        output.append(pending.bytes)
        pending.removeAll()
    }

    func finish() {}
}
