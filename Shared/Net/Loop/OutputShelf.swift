internal import Wire

/// Empty buffers that keep their memory, for the transports of one loop to borrow.
///
/// A transport that has nothing unsent owns no buffer: thousands of idle ones cost nothing, and
/// busy ones do not allocate.
final class OutputShelf {
    private var first: OutputBuffer?
    private var second: OutputBuffer?

    /// A buffer that grew beyond this is freed instead of kept.
    private static let mostKept = 256 * 1024

    /// Lends an empty buffer.
    func take() -> OutputBuffer {
        if let buffer = first.take() { return buffer }
        if let buffer = second.take() { return buffer }
        return OutputBuffer()
    }

    /// Takes a buffer back; what it holds is forgotten.
    func put(_ buffer: consuming OutputBuffer) {
        if buffer.count > Self.mostKept { return }
        buffer.removeAll()
        if first == nil {
            first = consume buffer
        } else if second == nil {
            second = consume buffer
        }
    }
}
