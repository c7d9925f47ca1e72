internal import Glibc

/// Immutable bytes with a counted owner, cheap to copy and to send between tasks.
///
/// Slices share their owner. The owner frees the memory, and tells whoever lent it, when the last
/// slice is released: that is how a transport learns that a request's flow-control credit is free.
public struct SharedBytes: Sendable {
    private let owner: Owner
    private let offset: Int

    /// The number of bytes.
    public let count: Int

    private init(owner: Owner, offset: Int, count: Int) {
        self.owner = owner
        self.offset = offset
        self.count = count
    }

    /// Copies bytes into an owner of their own.
    ///
    /// - Parameters:
    ///   - bytes: what to copy.
    ///   - onRelease: called once, on any thread, when the last slice is released.
    public init(copying bytes: RawSpan, onRelease: (@Sendable () -> Void)? = nil) {
        var buffer = OutputBuffer(minimumCapacity: bytes.byteCount)
        buffer.append(bytes)
        self.init(adopting: buffer, onRelease: onRelease)
    }

    /// Copies an array's bytes.
    public init(_ bytes: [UInt8]) {
        self.init(copying: bytes.rawBytes)
    }

    /// Takes over the memory of a finished buffer without copying it.
    ///
    /// - Parameters:
    ///   - buffer: the buffer; it is consumed.
    ///   - onRelease: called once, on any thread, when the last slice is released.
    public init(adopting buffer: consuming OutputBuffer, onRelease: (@Sendable () -> Void)? = nil) {
        let count = buffer.count
        let memory = unsafe buffer.takeMemory()
        self.init(owner: unsafe Owner(memory, count, onRelease), offset: 0, count: count)
    }

    /// The bytes, borrowed from this value.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            guard let memory = unsafe owner.memory else { return RawSpan() }
            // The owner keeps `memory` alive and unchanged for as long as any copy of `self`.
            let span = unsafe RawSpan(
                _unsafeStart: UnsafeRawPointer(memory).advanced(by: offset),
                byteCount: count
            )
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// A slice that shares this value's owner, unless it is so small a part of a large slab that
    /// pinning the slab for it would waste memory: then it is copied out.
    ///
    /// - Parameter range: offsets within `0..<count`.
    /// - Returns: the bytes of the range.
    public func extracting(_ range: Range<Int>) -> SharedBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "slice out of bounds")
        if range.count <= Self.copyThreshold && owner.count >= Self.slabFactor * range.count {
            return SharedBytes(copying: bytes.extracting(range))
        }
        return SharedBytes(owner: owner, offset: offset + range.lowerBound, count: range.count)
    }

    /// The bytes together with those before them in the same memory, if these are known.
    ///
    /// - Parameter prefix: what has to come before them.
    /// - Returns: prefix and bytes in one piece, sharing this value's owner; nil if something else
    ///   or nothing comes before.
    public func preceded(by prefix: RawSpan) -> SharedBytes? {
        guard offset >= prefix.byteCount else { return nil }
        let whole = SharedBytes(
            owner: owner,
            offset: offset - prefix.byteCount,
            count: count + prefix.byteCount
        )
        let start = whole.bytes.extracting(0..<prefix.byteCount)
        return start.hasSameBytes(as: prefix) ? whole : nil
    }

    /// Whether two values are slices of one allocation.
    public func sharesMemory(with other: SharedBytes) -> Bool {
        owner === other.owner
    }

    private static let copyThreshold = 4096
    private static let slabFactor = 4

    @safe
    private final class Owner: @unchecked Sendable {
        // `@unchecked`: the memory is written before the owner exists and only read afterwards.
        let memory: UnsafeMutableRawPointer?
        let count: Int
        let onRelease: (@Sendable () -> Void)?

        init(
            _ memory: UnsafeMutableRawPointer?,
            _ count: Int,
            _ onRelease: (@Sendable () -> Void)?
        ) {
            unsafe self.memory = memory
            self.count = count
            self.onRelease = onRelease
        }

        deinit {
            unsafe free(memory)
            onRelease?()
        }
    }
}

extension SharedBytes: Equatable {
    /// Whether both hold the same bytes.
    public static func == (left: SharedBytes, right: SharedBytes) -> Bool {
        left.bytes.hasSameBytes(as: right.bytes)
    }
}

extension Array where Element == UInt8 {
    /// Copies a span's bytes.
    public init(copying span: RawSpan) {
        // The initialiser below writes the count of an array without elements into the storage that
        // all such arrays of a process share, which the thread sanitizer rightly calls a race.
        guard !span.isEmpty else {
            self = []
            return
        }
        unsafe self.init(unsafeUninitializedCapacity: span.byteCount) { target, count in
            unsafe span.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
            }
            count = span.byteCount
        }
    }

    /// Appends a span's bytes.
    public mutating func append(copying span: RawSpan) {
        // Every byte of a raw span is initialised.
        unsafe span.withUnsafeBytes { source in
            unsafe append(contentsOf: source)
        }
    }

    /// The array's bytes, borrowed.
    public var rawBytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // `UInt8` has no padding: every byte of the span is initialised.
            unsafe span.bytes
        }
    }
}

extension String {
    /// Copies UTF-8, with U+FFFD for what is none.
    public init(repairing bytes: RawSpan) {
        // Every byte of a raw span is initialised.
        self = unsafe bytes.withUnsafeBytes { source in
            unsafe String(decoding: source, as: UTF8.self)
        }
    }
}
