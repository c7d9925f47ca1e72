/// The nine bytes before a frame's payload (RFC 9113 §4.1).
struct FrameHeader: Equatable {
    let length: Int
    let type: FrameType
    let flags: UInt8
    let streamID: Int32

    /// How many bytes it takes.
    static let size = 9

    /// On DATA and HEADERS: the peer sends nothing more on the stream.
    var endsStream: Bool { flags & 0x1 != 0 }
    /// On SETTINGS and PING: it answers one of ours.
    var isAcknowledgement: Bool { flags & 0x1 != 0 }
    /// On HEADERS, PUSH_PROMISE and CONTINUATION: no CONTINUATION follows.
    var endsHeaders: Bool { flags & 0x4 != 0 }
}

/// The types of frames of RFC 9113 §6; others stay as they are.
struct FrameType: RawRepresentable, Hashable {
    let rawValue: UInt8

    static let data = FrameType(rawValue: 0)
    static let headers = FrameType(rawValue: 1)
    static let priority = FrameType(rawValue: 2)
    static let resetStream = FrameType(rawValue: 3)
    static let settings = FrameType(rawValue: 4)
    static let pushPromise = FrameType(rawValue: 5)
    static let ping = FrameType(rawValue: 6)
    static let goAway = FrameType(rawValue: 7)
    static let windowUpdate = FrameType(rawValue: 8)
    static let continuation = FrameType(rawValue: 9)
}
