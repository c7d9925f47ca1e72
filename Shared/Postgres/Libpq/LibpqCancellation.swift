internal import CPQ

/// A request to cancel what one connection runs.
@safe
final class LibpqCancellation: @unchecked Sendable {
    // `@unchecked`: libpq's call only reads it, and may be made on any thread.
    private let handle: OpaquePointer

    init(adopting handle: OpaquePointer) { unsafe self.handle = handle }

    deinit {
        unsafe PQfreeCancel(handle)
    }

    /// Connects to the server, has it signal the process, and waits until it has.
    ///
    /// Blocks, for as long as the server's machine neither answers nor refuses.
    ///
    /// - Returns: why it was not asked; nil if it was.
    func run() -> String? {
        var reason = [CChar](repeating: 0, count: 256)
        // libpq writes at most the array's length, with a NUL.
        if unsafe PQcancel(handle, &reason, Int32(reason.count)) == 1 { return nil }
        return String(
            decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
    }
}
