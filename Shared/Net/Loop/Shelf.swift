internal import Wire

/// Empty buffers that keep their memory, for the transports of one loop to borrow.
///
/// A transport that has nothing unsent owns no buffer: thousands of idle ones cost nothing, and
/// busy ones do not allocate.
final class Shelf<Buffer: ReusableBuffer & ~Copyable> {
    private var first: Buffer?
    private var second: Buffer?

    /// A buffer that grew beyond this is freed instead of kept.
    private let mostKept = 256 * 1024

    /// Lends an empty buffer.
    func take() -> Buffer {
        if let buffer = first.take() { return buffer }
        if let buffer = second.take() { return buffer }
        return Buffer()
    }

    /// Takes a buffer back; what it holds is forgotten.
    func put(_ buffer: consuming Buffer) {
        if buffer.ownedBytes > mostKept { return }
        buffer.removeAll()
        if first == nil {
            first = consume buffer
        } else if second == nil {
            second = consume buffer
        }
    }
}

/// What can be filled again after it was emptied.
protocol ReusableBuffer: ~Copyable {
    init()
    /// How many bytes of its own it holds.
    var ownedBytes: Int { get }
    /// Forgets everything, but keeps the memory.
    mutating func removeAll()
}

extension OutputBuffer: ReusableBuffer {
    var ownedBytes: Int { count }
}

extension OutputChain: ReusableBuffer {}
