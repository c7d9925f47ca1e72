import Glibc

@testable import Net

/// What our sessions never do by themselves, done to them from outside.
///
/// Tests may not import OpenSSL, so its functions are looked up in the library that is linked in;
/// their types are those of its header.
enum OpenSSLCalls {
    private typealias Call = @convention(c) (OpaquePointer) -> Int32
    private typealias CallWithNumber = @convention(c) (OpaquePointer, Int32) -> Int32

    /// Queues a KeyUpdate.
    static func updateKey(_ session: TLSSession, isRequest: Bool) -> Bool {
        guard let update = unsafe find("SSL_key_update", as: CallWithNumber.self),
            let handshake = unsafe find("SSL_do_handshake", as: Call.self)
        else { return false }
        return unsafe update(session.handle, isRequest ? 1 : 0) == 1
            && handshake(session.handle) == 1
    }

    /// Queues a ClientHello on a connection of TLS 1.2.
    static func renegotiate(_ session: TLSSession) -> Bool {
        typealias Clear = @convention(c) (OpaquePointer, UInt64) -> UInt64
        guard let clear = unsafe find("SSL_clear_options", as: Clear.self),
            let renegotiate = unsafe find("SSL_renegotiate", as: Call.self),
            let handshake = unsafe find("SSL_do_handshake", as: Call.self)
        else { return false }
        let noRenegotiation = UInt64(1) << 30
        _ = unsafe clear(session.handle, noRenegotiation)
        let status = unsafe renegotiate(session.handle)
        // It waits for the server's answer.
        return unsafe status == 1 && handshake(session.handle) == -1
    }

    /// Makes a session write records of at most so many bytes, 512 or more.
    static func limitRecords(_ session: TLSSession, bytes: Int) -> Bool {
        typealias Control =
            @convention(c) (
                OpaquePointer, Int32, Int, UnsafeMutableRawPointer?
            ) -> Int
        guard let control = unsafe find("SSL_ctrl", as: Control.self) else { return false }
        let setMaxSendFragment: Int32 = 52
        return unsafe control(session.handle, setMaxSendFragment, bytes, nil) == 1
    }

    /// Whether a handshake was shortened by a ticket.
    static func isResumed(_ session: TLSSession) -> Bool {
        guard let isReused = unsafe find("SSL_session_reused", as: Call.self) else { return false }
        return unsafe isReused(session.handle) == 1
    }

    private static func find<Function>(_ name: String, as type: Function.Type) -> Function? {
        guard let address = unsafe dlsym(nil, name) else { return nil }
        return unsafe unsafeBitCast(address, to: type)
    }
}
