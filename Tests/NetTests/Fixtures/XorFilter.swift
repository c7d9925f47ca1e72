import Wire

@testable import Net

/// A filter that shakes hands by one byte each, flips all bits, and ends by a frame of its own.
///
/// Frames: a length of two bytes, then so many flipped bytes; length 0 is the end.
final class XorFilter: TransportFilter, @unchecked Sendable {
    // `@unchecked`: used by the thread of its transport's loop only.

    struct Fault: Error {}

    private(set) var isReady = false
    private(set) var isPeerFinished = false
    var isBlocked = false
    private var pending = OutputBuffer()
    private var input: [UInt8] = []
    private(set) var sends = 0
    /// Throws when so many bytes have come.
    var failsAfter = Int.max
    var failsToSend = false
    private var bytesReceived = 0

    static let greeting: UInt8 = 0x42
    static let lastWords: UInt8 = 0xee

    init() { pending.append(Self.greeting) }

    func receive(_ ciphertext: RawSpan, plaintext: inout OutputBuffer) throws {
        bytesReceived += ciphertext.byteCount
        if bytesReceived >= failsAfter {
            pending.append(Self.lastWords)
            throw Fault()
        }
        input.append(contentsOf: [UInt8](copying: ciphertext))
        var offset = 0
        if !isReady, input.first == Self.greeting {
            isReady = true
            offset = 1
        }
        while offset + 2 <= input.count {
            let length = Int(input[offset]) << 8 | Int(input[offset + 1])
            if length == 0 { isPeerFinished = true }
            guard offset + 2 + length <= input.count else { break }
            for byte in input[offset + 2..<offset + 2 + length] { plaintext.append(~byte) }
            offset += 2 + length
        }
        input.removeFirst(offset)
    }

    func send(_ plaintext: RawSpan) throws {
        sends += 1
        if failsToSend {
            pending.append(Self.lastWords)
            throw Fault()
        }
        var offset = 0
        while offset < plaintext.byteCount {
            let count = min(60_000, plaintext.byteCount - offset)
            pending.append(UInt8(count >> 8))
            pending.append(UInt8(count & 0xff))
            for index in offset..<offset + count { pending.append(~plaintext.byte(at: index)) }
            offset += count
        }
    }

    func takeCiphertext(into output: inout OutputBuffer) {
        output.append(pending.bytes)
        pending.removeAll()
    }

    func finish() {
        pending.append(0)
        pending.append(0)
    }
}
