internal import CPQ

// The calls of COPY; outside pipeline mode only.
extension LibpqConnection {
    /// Gives libpq bytes of a COPY to the server.
    ///
    /// libpq takes any number of them into its memory: the caller stops by ``flush()``.
    func putCopy(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return true }
            // libpq copies `count` bytes.
            return unsafe PQputCopyData(
                handle,
                start.assumingMemoryBound(to: CChar.self),
                Int32(source.count)
            ) == 1
        }
    }

    /// Ends a COPY to the server.
    ///
    /// - Parameter reason: why it is to fail; nil if all bytes have been given.
    /// - Returns: false if the connection is lost.
    func endCopy(failing reason: String?) -> Bool { unsafe PQputCopyEnd(handle, reason) == 1 }

    /// Part of a COPY from the server.
    enum CopyPart: ~Copyable {
        /// Bytes: by today's servers, a whole row.
        case bytes(LibpqCopyBytes)
        /// Nothing has come yet.
        case notYet
        /// There are no more: results follow.
        case end
    }

    /// The next part of a COPY from the server, without waiting.
    func takeCopy() -> CopyPart {
        var buffer: UnsafeMutablePointer<CChar>?
        let count = unsafe PQgetCopyData(handle, &buffer, 1)
        if count == 0 { return .notYet }
        guard count > 0, let buffer = unsafe buffer else { return .end }
        return unsafe .bytes(LibpqCopyBytes(adopting: buffer, count: Int(count)))
    }
}

/// Bytes that libpq has allocated.
@safe
struct LibpqCopyBytes: ~Copyable {
    private let start: UnsafeMutablePointer<CChar>
    private let count: Int

    init(adopting start: UnsafeMutablePointer<CChar>, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    deinit {
        unsafe PQfreemem(start)
    }

    var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // libpq wrote `count` bytes, which live as long as this value.
            let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }
}
