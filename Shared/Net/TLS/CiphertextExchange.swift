internal import COpenSSL
internal import Wire

/// What stands between OpenSSL and the world in place of a socket: OpenSSL reads the ciphertext
/// where the caller of ``TLSSession`` keeps it, and writes to an ``OutputBuffer``.
///
/// Nothing is copied into or out of a memory BIO, and nothing of a burst is kept.
@safe
final class CiphertextExchange {
    /// What OpenSSL has not read yet of the bytes that were lent; empty unless a call is going on.
    var inbound = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

    /// What OpenSSL has written and nobody has taken.
    private var outbound = OutputBuffer()

    /// The last alert that OpenSSL has sent.
    fileprivate(set) var sentAlert: UInt8?

    /// Handshake messages and alerts since the count was last set to 0.
    var messageCount = 0

    /// How far ``messageCount`` may go; beyond, OpenSSL gets no more to read.
    var messageLimit = Int.max

    /// Whether the peer has sent more messages than the limit.
    var isFlooded: Bool { messageCount > messageLimit }

    /// Becomes the two ends of a session, which must not outlive this object.
    ///
    /// - Returns: whether there was memory for it.
    @unsafe
    func attach(to session: OpaquePointer) -> Bool {
        guard let method = unsafe ExchangeMethod.shared.handle,
            let bio = unsafe BIO_new(method)
        else { return false }
        let user = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe BIO_set_data(bio, user)
        // The session owns the BIO from here on, once for both directions.
        unsafe SSL_set_bio(session, bio, bio)
        unsafe SSL_set_msg_callback(session, noteMessage)
        unsafe shim_SSL_set_msg_callback_arg(session, user)
        return true
    }

    /// Makes room for ciphertext that is about to be written.
    func reserve(_ bytes: Int) {
        outbound.reserve(bytes)
    }

    /// Appends everything that was written to a buffer and forgets it.
    ///
    /// A large run is not copied if the buffer is empty: it gets the memory itself.
    func handOver(to output: inout OutputBuffer) {
        if outbound.count <= Self.keptBytes {
            output.append(outbound.bytes)
            outbound.removeAll()
            return
        }
        if output.count == 0 {
            swap(&output, &outbound)
        } else {
            output.append(outbound.bytes)
        }
        outbound = OutputBuffer()
    }

    /// The largest run whose memory is kept for the next one: replies to small requests fit.
    static let keptBytes = 4096

    fileprivate func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        guard !isFlooded else { return 0 }
        let count = unsafe Swift.min(target.count, inbound.count)
        // Both buffers have at least `count` bytes.
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: inbound[..<count]))
        unsafe inbound = UnsafeRawBufferPointer(rebasing: inbound[count...])
        return count
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) {
        // The bytes are OpenSSL's for the duration of the call.
        outbound.append(unsafe RawSpan(_unsafeBytes: bytes))
    }
}

/// The functions by which OpenSSL uses an exchange.
@safe
private struct ExchangeMethod: @unchecked Sendable {
    // `@unchecked`: written once before anyone sees it, never freed.
    let handle: OpaquePointer?

    static let shared = ExchangeMethod()

    private init() {
        let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        unsafe handle = BIO_meth_new(kind, "sextant exchange")
        // Setting a function of a method that was not made does nothing.
        guard let method = unsafe handle else { return }
        unsafe BIO_meth_set_read_ex(method, readCiphertext)
        unsafe BIO_meth_set_write_ex(method, writeCiphertext)
        unsafe BIO_meth_set_ctrl(method, control)
    }
}

/// The exchange behind a BIO, which OpenSSL never uses without one.
private func exchange(of bio: OpaquePointer?) -> CiphertextExchange? {
    guard let user = unsafe BIO_get_data(bio) else { return nil }
    return unsafe Unmanaged<CiphertextExchange>.fromOpaque(user).takeUnretainedValue()
}

private func readCiphertext(
    _ bio: OpaquePointer?,
    _ target: UnsafeMutablePointer<CChar>?,
    _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let exchange = unsafe exchange(of: bio) else { return 0 }
    let read = unsafe exchange.read(
        into: UnsafeMutableRawBufferPointer(start: target, count: capacity)
    )
    unsafe count?.pointee = read
    unsafe shim_BIO_clear_retry_flags(bio)
    guard read == 0 else { return 1 }
    // Not the end: there will be more to read later.
    unsafe shim_BIO_set_retry_read(bio)
    return 0
}

private func writeCiphertext(
    _ bio: OpaquePointer?,
    _ source: UnsafePointer<CChar>?,
    _ length: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let exchange = unsafe exchange(of: bio) else { return 0 }
    unsafe exchange.write(UnsafeRawBufferPointer(start: source, count: length))
    unsafe count?.pointee = length
    unsafe shim_BIO_clear_retry_flags(bio)
    return 1
}

private func control(
    _: OpaquePointer?,
    _ command: Int32,
    _: Int,
    _: UnsafeMutableRawPointer?
) -> Int {
    command == BIO_CTRL_FLUSH ? 1 : 0
}

/// Called by OpenSSL with each protocol message; the user pointer is the session's exchange.
private func noteMessage(
    _ isSent: Int32,
    _: Int32,
    _ contentType: Int32,
    _ bytes: UnsafeRawPointer?,
    _ count: Int,
    _: OpaquePointer?,
    _ user: UnsafeMutableRawPointer?
) {
    guard let user = unsafe user,
        contentType == SSL3_RT_ALERT || (contentType == SSL3_RT_HANDSHAKE && isSent == 0)
    else { return }
    let exchange = unsafe Unmanaged<CiphertextExchange>.fromOpaque(user).takeUnretainedValue()
    exchange.messageCount += 1
    if contentType == SSL3_RT_ALERT, isSent == 1, count == 2, let bytes = unsafe bytes {
        // An alert is its level and its number.
        exchange.sentAlert = unsafe bytes.load(fromByteOffset: 1, as: UInt8.self)
    }
}
