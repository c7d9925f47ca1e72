internal import Crypto
public import RPC
public import Wire

/// What tells one request from another: the method, and the message in the one form that equal
/// messages share.
///
/// Senders may write the fields of a message in any order, and numbers in more bytes than they
/// need; two tries of one client need not be the same bytes.
public struct RequestFingerprint: Hashable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// The fingerprint of a request.
    ///
    /// - Parameters:
    ///   - request: the message.
    ///   - method: what it was sent to.
    public init<View: MessageView & ~Escapable>(_ request: Message<View>, to method: RPCMethod) {
        var hash = SHA256()
        // A path has no NUL, so that no two requests give the same bytes.
        hash.update(Array("sextant request\0\(method.path)\0".utf8).rawBytes)
        let canonical = request.canonicalBytes()
        hash.update(canonical.bytes)
        bytes = hash.finish().bytes
    }

    /// Takes what was kept; nil for another number of bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.digestCount else { return nil }
        self.bytes = bytes
    }
}
