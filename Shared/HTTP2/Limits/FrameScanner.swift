internal import Wire

/// Follows where frames begin and end in the bytes of a peer, cut anywhere, before anything else
/// reads them: so that floods are counted and slow frames noticed whatever their kind.
///
/// It judges nothing: bytes that make no sense as frames are refused by the session after it.
struct FrameScanner {
    /// What the next byte belongs to.
    private enum Place {
        case preface(remaining: Int)
        case header(read: Int)
        case payload(remaining: Int)
    }

    private var place: Place
    /// The bytes of a header so far: length, type and flags above, the stream's number below.
    private var head: UInt64 = 0
    private var tail: UInt32 = 0
    private var current = FrameHeader(length: 0, type: .data, flags: 0, streamID: 0)
    private var isInHeaderBlock = false

    /// When the frame or header block that is not complete yet began.
    private(set) var unitStart: ContinuousClock.Instant

    /// Starts before the first byte.
    ///
    /// - Parameters:
    ///   - expectsPreface: whether the peer is a client, whose first 24 bytes are no frame.
    ///   - now: the time.
    init(expectsPreface: Bool, at now: ContinuousClock.Instant) {
        place = expectsPreface ? .preface(remaining: 24) : .header(read: 0)
        unitStart = now
    }

    /// Whether the peer owes the rest of a frame that should come in one go: any but DATA.
    var isWaiting: Bool {
        switch place {
        case .preface: true
        case .header(let read): read > 0 || isInHeaderBlock
        case .payload: current.type != .data
        }
    }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - bytes: what the peer sent next.
    ///   - now: the time.
    ///   - onHeader: told each header when its nine bytes are there; false stops the scan.
    /// - Returns: how many bytes were read: all of them, or those before the header at which
    ///   `onHeader` said stop.
    mutating func scan(
        _ bytes: RawSpan,
        at now: ContinuousClock.Instant,
        _ onHeader: (FrameHeader) -> Bool
    ) -> Int {
        var position = 0
        while position < bytes.byteCount {
            let available = bytes.byteCount - position
            switch place {
            case .preface(let remaining):
                let read = min(remaining, available)
                position += read
                place =
                    read < remaining
                    ? .preface(remaining: remaining - read) : .header(read: 0)
            case .payload(let remaining):
                let read = min(remaining, available)
                position += read
                place =
                    read < remaining
                    ? .payload(remaining: remaining - read) : .header(read: 0)
            case .header(let read):
                if read == 0 && !isInHeaderBlock { unitStart = now }
                let taken = min(FrameHeader.size - read, available)
                readHeaderBytes(bytes.extracting(position..<position + taken), after: read)
                position += taken
                place = .header(read: read + taken)
                guard read + taken == FrameHeader.size else { break }
                finishHeader()
                if !onHeader(current) { return position - taken }
            }
        }
        return position
    }

    private mutating func readHeaderBytes(_ bytes: RawSpan, after read: Int) {
        if bytes.byteCount == FrameHeader.size {
            head = UInt64(bytes.littleEndian(at: 0, as: UInt64.self).byteSwapped >> 24)
            tail = bytes.littleEndian(at: 5, as: UInt32.self).byteSwapped
            return
        }
        for offset in 0..<bytes.byteCount {
            let byte = bytes.byte(at: offset)
            if read + offset < 5 {
                head = head << 8 | UInt64(byte)
            } else {
                tail = tail << 8 | UInt32(byte)
            }
        }
    }

    private mutating func finishHeader() {
        current = FrameHeader(
            length: Int(head >> 16 & 0xff_ffff),
            type: FrameType(rawValue: UInt8(truncatingIfNeeded: head >> 8)),
            flags: UInt8(truncatingIfNeeded: head),
            streamID: Int32(tail & 0x7fff_ffff)
        )
        place = current.length == 0 ? .header(read: 0) : .payload(remaining: current.length)
        switch current.type {
        case .headers, .pushPromise, .continuation: isInHeaderBlock = !current.endsHeaders
        default: break
        }
        head = 0
        tail = 0
    }
}
