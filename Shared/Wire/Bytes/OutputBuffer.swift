internal import Glibc

/// A growable run of bytes that is written front to back and then handed over as ``SharedBytes``.
///
/// Appending is amortised constant time. Running out of memory ends the process, as it does for
/// Swift's own collections; callers bound what they write.
@safe
public struct OutputBuffer: ~Copyable, @unchecked Sendable {
    // `@unchecked`: the memory has exactly one owner, this value, which cannot be copied.
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int

    @usableFromInline var written: Int

    /// How many messages enclose the write position; see ``beginMessage(tag:)``.
    @usableFromInline var depth = 0

    /// For each of the first sixteen depths, the width of the last length prefix, four bits each.
    @usableFromInline var lengthWidths: UInt64 = 0x1111_1111_1111_1111

    /// Makes an empty buffer that owns no memory yet.
    @inlinable
    public init() {
        capacity = 0
        // Never read, written or freed: the capacity is 0.
        unsafe base = UnsafeMutableRawPointer(bitPattern: 16).unsafelyUnwrapped
        written = 0
    }

    /// Makes an empty buffer.
    ///
    /// - Parameter minimumCapacity: bytes to reserve at once.
    public init(minimumCapacity: Int) {
        self.init()
        reserve(minimumCapacity)
    }

    deinit {
        if capacity > 0 { unsafe free(base) }
    }

    /// The number of bytes written.
    @inlinable public var count: Int { written }

    /// The bytes written so far, borrowed.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // `base` stays put until the next mutation, which the borrow excludes.
            let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base), byteCount: written)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Makes room for `extra` more bytes.
    @inlinable @inline(__always)
    public mutating func reserve(_ extra: Int) {
        if extra > capacity &- written { grow(by: extra) }
    }

    /// Appends one byte.
    @inlinable @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
        written &+= 1
    }

    /// Appends a run of bytes.
    @inlinable
    public mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            reserve(source.count)
            unsafe copy(start, source.count)
        }
    }

    /// Copies bytes into room that has been reserved; short runs without a call.
    @unsafe
    @inlinable
    @inline(__always)
    mutating func copy(_ source: UnsafeRawPointer, _ count: Int) {
        let target = unsafe base.advanced(by: written)
        if count > 32 || count < 4 {
            if count > 32 {
                unsafe target.copyMemory(from: source, byteCount: count)
            } else {
                for index in 0..<count {
                    unsafe target.storeBytes(
                        of: source.load(fromByteOffset: index, as: UInt8.self),
                        toByteOffset: index,
                        as: UInt8.self
                    )
                }
            }
        } else if count >= 16 {
            unsafe Self.copyEnds(SIMD16<UInt8>.self, source, target, count)
        } else if count >= 8 {
            unsafe Self.copyEnds(UInt64.self, source, target, count)
        } else {
            unsafe Self.copyEnds(UInt32.self, source, target, count)
        }
        written &+= count
    }

    /// Copies the first and the last bytes of a run that is one to two words long: they overlap.
    @unsafe
    @inlinable
    @inline(__always)
    static func copyEnds<Word: BitwiseCopyable>(
        _ word: Word.Type,
        _ source: UnsafeRawPointer,
        _ target: UnsafeMutableRawPointer,
        _ count: Int
    ) {
        let tail = count &- MemoryLayout<Word>.size
        let first = unsafe source.loadUnaligned(as: word)
        let last = unsafe source.loadUnaligned(fromByteOffset: tail, as: word)
        unsafe target.storeBytes(of: first, as: word)
        unsafe target.storeBytes(of: last, toByteOffset: tail, as: word)
    }

    /// Appends a string's UTF-8.
    @inlinable
    public mutating func append(_ text: String) {
        append(text.utf8Span.span.asRawSpan)
    }

    /// Appends what a callback writes straight into this buffer's spare memory, as C functions do
    /// that fill a buffer and say how much of it they filled.
    ///
    /// - Parameters:
    ///   - capacity: the most bytes that may be written; room for all of them is made first.
    ///   - fill: receives exactly `capacity` bytes of uninitialised memory, valid only during the
    ///     call, and returns how many of the first of them it has written, `0...capacity`.
    /// - Returns: what `fill` returned.
    ///
    /// Unsafe because the bytes that `fill` claims to have written are believed to be initialised.
    @unsafe
    @inlinable
    @discardableResult
    public mutating func appendUninitialized(
        _ capacity: Int,
        _ fill: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        precondition(capacity >= 0, "a buffer has no negative room")
        reserve(capacity)
        let room = unsafe UnsafeMutableRawBufferPointer(
            start: base.advanced(by: written),
            count: capacity
        )
        let filled = unsafe fill(room)
        precondition(filled >= 0 && filled <= capacity, "more bytes were claimed than given room")
        written &+= filled
        return filled
    }

    /// Writes an integer over bytes that were written before, the highest byte first: for lengths
    /// that are known only when what they measure has been written.
    ///
    /// - Parameters:
    ///   - offset: where; all bytes of the integer lie within what was written.
    ///   - value: the integer.
    public mutating func replace<Integer: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int,
        withBigEndian value: Integer
    ) {
        precondition(
            offset >= 0 && offset <= written - MemoryLayout<Integer>.size,
            "only what was written can be replaced"
        )
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Integer.self)
    }

    /// Forgets everything written, keeping the capacity.
    public mutating func removeAll() {
        written = 0
        depth = 0
    }

    /// Forgets everything after the first `newCount` bytes.
    mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "a buffer can only be cut shorter")
        written = newCount
    }

    /// Hands the memory to the caller, who frees it with `free`; the buffer is empty afterwards.
    @unsafe
    mutating func takeMemory() -> UnsafeMutableRawPointer? {
        let taken = unsafe capacity > 0 ? base : nil
        capacity = 0
        removeAll()
        return unsafe taken
    }

    @usableFromInline
    @inline(never)
    mutating func grow(by extra: Int) {
        let wanted = Swift.max(capacity * 2, written + extra, 64)
        let moved = unsafe capacity > 0 ? realloc(base, wanted) : malloc(wanted)
        guard let memory = unsafe moved else {
            preconditionFailure("no memory for a buffer of \(wanted) bytes")
        }
        unsafe base = memory
        capacity = wanted
    }
}
