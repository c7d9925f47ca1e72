/// The memory that all transports of a loop read into, one after the other.
@safe
final class ReadBuffer {
    private let memory: UnsafeMutableRawBufferPointer

    /// The most bytes one read returns.
    static let size = 64 * 1024

    init() {
        // Freed in `deinit`; only what the kernel has written is read.
        unsafe memory = .allocate(byteCount: Self.size, alignment: 16)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// Reads what a socket has.
    ///
    /// - Returns: the number of bytes, 0 at the end of the stream, nil if nothing is there yet.
    func fill(from descriptor: Int32) throws(SystemError) -> Int? {
        // The memory has one owner, this object, which is reading.
        unsafe try SystemCalls.receive(descriptor, into: memory)
    }

    /// The first bytes of what was read last, until the next read.
    @_lifetime(borrow self)
    func bytes(_ count: Int) -> RawSpan {
        precondition(count <= Self.size, "no more is read than fits")
        // The kernel wrote `count` bytes, and nothing reads again during the borrow.
        let span = unsafe RawSpan(
            _unsafeStart: UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped),
            byteCount: count
        )
        return unsafe _overrideLifetime(span, borrowing: self)
    }
}
