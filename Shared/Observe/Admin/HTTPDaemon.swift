internal import CMicrohttpd
internal import Glibc
internal import Net

/// An HTTP/1.1 server of libmicrohttpd, with a thread of its own that also makes the answers.
@safe
final class HTTPDaemon: Sendable {
    /// Answers a request: its method, its path without the query, and its `Accept` headers.
    typealias Handler =
        @Sendable (_ method: String, _ path: String, _ accept: String?) -> AdminAnswer

    private let running: Locked<Running?>

    /// The library's handle, and the handler that its thread has a reference to.
    @safe
    private struct Running: @unchecked Sendable {
        // `@unchecked`: it is taken out of its lock once, by the one who ends it.
        let handle: OpaquePointer
        let context: Unmanaged<HandlerBox>
    }

    /// Begins to take connections.
    ///
    /// - Parameters:
    ///   - listener: where.
    ///   - limits: what callers may cost.
    ///   - handler: is called by the server's thread.
    /// - Throws: ``SystemError`` if there are no descriptors, threads or memory left.
    init(
        on listener: ListeningSocket,
        _ limits: AdminServerConfiguration,
        _ handler: @escaping Handler
    ) throws(SystemError) {
        // The library closes the descriptor that it is given when it stops.
        let descriptor = try listener.duplicate()
        // Released when the thread that uses it has ended, or below if there is none.
        let context = unsafe Unmanaged.passRetained(HandlerBox(handler))
        let handle = unsafe sextant_microhttpd_start(
            descriptor,
            answerRequest,
            context.toOpaque(),
            UInt32(clamping: max(limits.maximumConnections, 1)),
            max(limits.connectionBytes, 4_096),
            UInt32(clamping: max(limits.idleSeconds, 1))
        )
        guard let handle = unsafe handle else {
            let code = errno
            // Whether the library has closed the descriptor depends on how far it came: it is
            // left open rather than closed twice, as another thread may have its number now.
            unsafe context.release()
            throw SystemError("MHD_start_daemon", code: code)
        }
        running = unsafe Locked(Running(handle: handle, context: context))
    }

    /// Closes all connections and waits until the thread has ended; does nothing the second time.
    func stop() {
        // The lock is held meanwhile, so that whoever asks second waits as well.
        running.withLock { running in
            guard let ended = running.take() else { return }
            // The handle is valid until here and used no more; after it nobody has the context.
            unsafe MHD_stop_daemon(ended.handle)
            unsafe ended.context.release()
        }
    }
}

/// Holds a handler for the library.
private final class HandlerBox: Sendable {
    let handler: HTTPDaemon.Handler

    init(_ handler: @escaping HTTPDaemon.Handler) { self.handler = handler }
}

/// Answers a request when its fields have come; called by the library's thread.
///
/// A body is never waited for: the library answers, and closes the connection.
private func answerRequest(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ path: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?,
    _ upload: UnsafePointer<CChar>?,
    _ uploadSize: UnsafeMutablePointer<Int>?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context = unsafe context, let path = unsafe path, let method = unsafe method else {
        return .NO
    }
    // The context is the box, which lives until the thread has ended; the texts end in NUL and
    // live during the call.
    let box = unsafe Unmanaged<HandlerBox>.fromOpaque(context).takeUnretainedValue()
    let answer = unsafe box.handler(
        String(cString: method),
        String(cString: path),
        acceptHeaders(of: connection)
    )
    return unsafe queue(answer, on: connection)
}

/// The values of all `Accept` headers, joined by commas; nil if there are none.
@unsafe
private func acceptHeaders(of connection: OpaquePointer?) -> String? {
    var values: [String] = []
    // The list outlives the call, which is the only user of the pointer to it; keys and values
    // end in NUL.
    unsafe withUnsafeMutablePointer(to: &values) { values in
        _ = unsafe MHD_get_connection_values(
            connection,
            .HEADER_KIND,
            { context, _, key, value in
                guard let context = unsafe context, let key = unsafe key, let value = unsafe value,
                    unsafe strcasecmp(key, "accept") == 0
                else { return .YES }
                unsafe context.assumingMemoryBound(to: [String].self).pointee
                    .append(String(cString: value))
                return .YES
            },
            values
        )
    }
    return values.isEmpty ? nil : values.joined(separator: ",")
}

/// Hands an answer to the library, which copies it.
@unsafe
private func queue(_ answer: AdminAnswer, on connection: OpaquePointer?) -> MHD_Result {
    var body = answer.body
    let count = body.count
    // The body is copied during the call; the library does not write to it.
    let made = unsafe body.withUnsafeMutableBytes { bytes in
        unsafe MHD_create_response_from_buffer(count, bytes.baseAddress, .RESPMEM_MUST_COPY)
    }
    // Without memory for an answer the connection is closed.
    guard let response = unsafe made else { return .NO }
    // The library keeps a reference of its own to what is queued.
    defer { unsafe MHD_destroy_response(response) }
    var fields = [("Content-Type", answer.contentType), ("Cache-Control", "no-store")]
    if let allow = answer.allow { fields.append(("Allow", allow)) }
    for (name, value) in fields {
        // Both texts end in NUL and are copied.
        guard unsafe MHD_add_response_header(response, name, value) == .YES else {
            return .NO
        }
    }
    return unsafe MHD_queue_response(connection, answer.status, response)
}
