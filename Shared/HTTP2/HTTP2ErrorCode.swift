/// Why a stream or a connection ends: the error codes of RFC 9113 §7.
///
/// Codes that no standard names stay as they are: a peer may send any number.
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt32

    /// Makes a code of the number on the wire.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The end is no error: the orderly close of a connection, or a stream nobody needs any more.
    public static let noError = HTTP2ErrorCode(rawValue: 0x0)
    /// The peer broke a rule that has no code of its own.
    public static let protocolError = HTTP2ErrorCode(rawValue: 0x1)
    /// The sender of the code is at fault.
    public static let internalError = HTTP2ErrorCode(rawValue: 0x2)
    /// The peer sent more than its window allows.
    public static let flowControlError = HTTP2ErrorCode(rawValue: 0x3)
    /// The peer did not acknowledge settings in time.
    public static let settingsTimeout = HTTP2ErrorCode(rawValue: 0x4)
    /// The peer sent a frame on a stream it had closed.
    public static let streamClosed = HTTP2ErrorCode(rawValue: 0x5)
    /// A frame is longer or shorter than its type allows.
    public static let frameSizeError = HTTP2ErrorCode(rawValue: 0x6)
    /// The stream was not processed at all: the request may be sent again.
    public static let refusedStream = HTTP2ErrorCode(rawValue: 0x7)
    /// The stream is not needed any more.
    public static let cancel = HTTP2ErrorCode(rawValue: 0x8)
    /// The header compression cannot be kept in step.
    public static let compressionError = HTTP2ErrorCode(rawValue: 0x9)
    /// The tunnel of a CONNECT broke.
    public static let connectError = HTTP2ErrorCode(rawValue: 0xa)
    /// The peer causes more work than it should.
    public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 0xb)
    /// The transport is not secure enough.
    public static let inadequateSecurity = HTTP2ErrorCode(rawValue: 0xc)
    /// The request needs HTTP/1.1.
    public static let http11Required = HTTP2ErrorCode(rawValue: 0xd)

    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
        "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
        "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]
}

extension HTTP2ErrorCode: CustomStringConvertible {
    /// The name in RFC 9113, or the number.
    public var description: String {
        rawValue < UInt32(Self.names.count)
            ? Self.names[Int(rawValue)] : "0x" + String(rawValue, radix: 16)
    }
}
