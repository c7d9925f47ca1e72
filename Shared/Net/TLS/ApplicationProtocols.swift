internal import COpenSSL

/// A list of application protocols as the ALPN extension carries it, at an address that stays.
@safe
final class ApplicationProtocols: @unchecked Sendable {
    // `@unchecked`: the memory is written by the initialiser and only read afterwards.

    /// The names, the most preferred first.
    let names: [String]
    /// The names one after another, each preceded by its length in one byte.
    let wire: UnsafeBufferPointer<UInt8>

    /// Lays out a list.
    ///
    /// - Throws: ``TLSError/configuration(file:reason:)`` if a name is empty or too long.
    init(_ names: [String]) throws(TLSError) {
        for name in names where !(1...255).contains(name.utf8.count) {
            throw .configuration(
                file: nil,
                reason: "the application protocol \"\(name)\" has not 1 to 255 bytes"
            )
        }
        self.names = names
        let bytes = names.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        guard bytes.count <= Int(UInt16.max) else {
            throw .configuration(file: nil, reason: "the application protocols exceed 65,535 bytes")
        }
        // Written once here, only read afterwards, freed by `deinit`.
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = unsafe memory.initialize(from: bytes)
        unsafe wire = UnsafeBufferPointer(memory)
    }

    deinit {
        unsafe wire.deallocate()
    }

    /// Makes a server's context select from the list, which must live as long as its sessions.
    @unsafe
    func select(in context: OpaquePointer) {
        let pointer = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, pointer)
        unsafe SSL_CTX_set_client_hello_cb(context, requireProtocols, nil)
    }

    /// Makes a client's context offer the list.
    ///
    /// - Returns: whether OpenSSL took it.
    @unsafe
    func offer(in context: OpaquePointer) -> Bool {
        // Unlike its siblings this function returns 0 for success.
        unsafe SSL_CTX_set_alpn_protos(context, wire.baseAddress, UInt32(wire.count)) == 0
    }
}

/// Called by OpenSSL with the client's list; the user pointer is an `ApplicationProtocols`.
private func selectProtocol(
    _: OpaquePointer?,
    _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ selectedLength: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?,
    _ offeredLength: UInt32,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    guard let user = unsafe user else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let ours = unsafe Unmanaged<ApplicationProtocols>.fromOpaque(user).takeUnretainedValue()
    var name: UnsafeMutablePointer<UInt8>?
    // The name that is found lies in our list, so it outlives the call.
    let outcome = unsafe SSL_select_next_proto(
        &name,
        selectedLength,
        ours.wire.baseAddress,
        UInt32(ours.wire.count),
        offered,
        offeredLength
    )
    guard outcome == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    unsafe selected?.pointee = UnsafePointer(name)
    return SSL_TLSEXT_ERR_OK
}

/// Called by OpenSSL with each ClientHello: one without the extension would not reach the function
/// above, and is refused in the same way.
private func requireProtocols(
    _ session: OpaquePointer?,
    _ alert: UnsafeMutablePointer<Int32>?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    var bytes: UnsafePointer<UInt8>?
    var count = 0
    let extensionType = UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation)
    if unsafe SSL_client_hello_get0_ext(session, extensionType, &bytes, &count) == 1 {
        return SSL_CLIENT_HELLO_SUCCESS
    }
    unsafe alert?.pointee = SSL_AD_NO_APPLICATION_PROTOCOL
    return SSL_CLIENT_HELLO_ERROR
}
