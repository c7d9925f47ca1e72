internal import Wire

/// Turns a file's bytes, which come in parts, into its text: bytes in, bytes out, in memory that
/// does not grow with either.
///
/// What is appended is kept until it is read; who appends no more before all is read keeps at most
/// one part. A stream that unpacks to many times its size costs time, never memory.
struct FileDecoder: ~Copyable, Sendable {
    /// A place where unpacking may start anew: the start of a file, of a member, of a frame.
    struct Anchor: Hashable, Sendable {
        /// Its offset in the bytes as they are sent.
        var sent: Int
        /// Its offset in the unpacked bytes.
        var unpacked: Int
    }

    /// What there is to read.
    enum Progress {
        case bytes(Int)
        case starved
        case ended
    }

    private var input: [UInt8] = []
    private var inputStart = 0
    private var isWhole = false
    private var unpacker: (any Unpacker)?
    /// Places before what was read last, in order; the oldest may serve for all that follow.
    private var anchors: [Anchor]

    /// How it is packed; nil until enough bytes are there to tell.
    private(set) var compression: FileCompression?
    /// How many of the bytes sent have been used.
    private(set) var sentOffset: Int
    /// How many bytes have been unpacked, counted from the start of the file.
    private(set) var unpackedOffset: Int

    private static let mostAnchors = 64
    /// How many packed bytes are unpacked at once: libzstd tells no better where it fails.
    private static let step = 16 << 10

    /// Starts at an anchor.
    ///
    /// - Parameters:
    ///   - anchor: the first byte that will be appended.
    ///   - compression: how it is packed; nil looks at the first bytes.
    init(from anchor: Anchor = Anchor(sent: 0, unpacked: 0), compression: FileCompression? = nil) {
        anchors = [anchor]
        sentOffset = anchor.sent
        unpackedOffset = anchor.unpacked
        self.compression = compression
        unpacker = Self.unpacker(compression)
    }

    private static func unpacker(_ compression: FileCompression?) -> (any Unpacker)? {
        switch compression {
        case .gzip: GzipUnpacker()
        case .zstd: ZstdUnpacker()
        case .some(.none), nil: nil
        }
    }

    /// Takes the next part.
    mutating func append(_ bytes: RawSpan) {
        if inputStart == input.count {
            input.removeAll(keepingCapacity: true)
        } else {
            input.removeFirst(inputStart)
        }
        inputStart = 0
        input.append(copying: bytes)
    }

    /// Says that there are no more parts.
    mutating func finish() { isWhole = true }

    /// The last place to start anew from which an offset is reached.
    ///
    /// - Parameter offset: in the unpacked bytes; never less than in an earlier call.
    /// - Returns: the anchor; without compression, the offset itself.
    mutating func anchor(before offset: Int) -> Anchor {
        if compression == FileCompression.none {
            let first = anchors[0]
            return Anchor(sent: first.sent + offset - first.unpacked, unpacked: offset)
        }
        let last = anchors.lastIndex { $0.unpacked <= offset } ?? 0
        anchors.removeFirst(last)
        return anchors[0]
    }

    /// Reads into a window.
    ///
    /// - Parameters:
    ///   - window: the window; its size stays as it is.
    ///   - start: where the bytes go; there is room behind.
    /// - Returns: how many bytes there are, or why there are none.
    /// - Throws: ``Finding`` if the stream is broken or ends too early.
    mutating func read(into window: inout [UInt8], at start: Int) throws(Finding) -> Progress {
        guard let compression = try knownCompression() else { return .starved }
        while true {
            let count =
                compression == FileCompression.none
                ? copy(into: &window, at: start) : try unpack(into: &window, at: start)
            if count > 0 {
                unpackedOffset += count
                return .bytes(count)
            }
            if inputStart == input.count { break }
        }
        guard isWhole else { return .starved }
        guard unpacker?.isBetweenPieces ?? true else {
            throw Finding(.truncatedCompression, at: sentOffset)
        }
        return .ended
    }

    private mutating func knownCompression() throws(Finding) -> FileCompression? {
        if let compression { return compression }
        guard let found = FileCompression.of(input.rawBytes, isWhole: isWhole) else { return nil }
        compression = found
        unpacker = Self.unpacker(found)
        return found
    }

    private mutating func copy(into window: inout [UInt8], at start: Int) -> Int {
        let count = min(window.count - start, input.count - inputStart)
        if count == 0 { return 0 }
        let source = inputStart..<inputStart + count
        unsafe input.withUnsafeBytes { input in
            unsafe window.withUnsafeMutableBytes { window in
                // Both ranges lie within their arrays by the definition of `count`.
                unsafe UnsafeMutableRawBufferPointer(rebasing: window[start...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: input[source]))
            }
        }
        inputStart += count
        sentOffset += count
        return count
    }

    /// Unpacks once; what follows a piece and is zero pads it, as tapes did.
    private mutating func unpack(into window: inout [UInt8], at start: Int) throws(Finding) -> Int {
        guard let unpacker else { return 0 }
        if unpacker.isBetweenPieces {
            passPadding()
            if inputStart == input.count { return 0 }
            let anchor = Anchor(sent: sentOffset, unpacked: unpackedOffset)
            if anchor != anchors.last, anchors.count < Self.mostAnchors { anchors.append(anchor) }
        }
        let source = inputStart..<min(input.count, inputStart + Self.step)
        do throws(UnpackingFault) {
            let result: Result<(read: Int, written: Int), UnpackingFault> =
                unsafe input.withUnsafeBytes { input in
                    unsafe window.withUnsafeMutableBytes { window in
                        Result { () throws(UnpackingFault) in
                            try unsafe unpacker.unpack(
                                UnsafeRawBufferPointer(rebasing: input[source]),
                                into: UnsafeMutableRawBufferPointer(rebasing: window[start...])
                            )
                        }
                    }
                }
            let (read, written) = try result.get()
            // Neither library stands still while it has bytes and room.
            if read == 0 && written == 0 && !source.isEmpty {
                throw .malformed("no progress", read: 0)
            }
            inputStart += read
            sentOffset += read
            return written
        } catch {
            switch error {
            case .windowTooLarge: throw Finding(.windowTooLarge, at: sentOffset)
            case .malformed(let words, let read):
                throw Finding(.brokenCompression, at: sentOffset + read, excerpt: words)
            }
        }
    }

    private mutating func passPadding() {
        guard anchors.count > 1 || anchors[0].sent != sentOffset else { return }
        while inputStart < input.count, input[inputStart] == 0 {
            inputStart += 1
            sentOffset += 1
        }
    }
}
