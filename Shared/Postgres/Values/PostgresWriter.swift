internal import Glibc
internal import Wire

/// Bytes in the server's binary form: big-endian, each value after its length.
public struct PostgresWriter: Sendable {
    /// Why a value has no form that the server would take.
    @usableFromInline
    enum Fault: Sendable, Hashable {
        /// The server has no U+0000 in text.
        case nullCharacter
        /// A value or array has more bytes or elements than may be.
        case tooLarge
    }

    /// What has been written, and after that room for more: a value whose size is known costs a
    /// comparison and a store.
    @usableFromInline private(set) var room: [UInt8] = []

    /// How many bytes have been written.
    @usableFromInline private(set) var count = 0

    /// The first thing that could not be written.
    @usableFromInline var fault: Fault?

    /// The most bytes of one value, in bytes; the server's own limit is 1 GB for a whole row.
    @usableFromInline static let largestValue = 256 << 20

    @inlinable
    init() {}

    /// Writes an integer.
    @inlinable
    public mutating func append<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer) {
        let size = MemoryLayout<Integer>.size
        if room.count &- count < size { grow(by: size) }
        let place = count
        // There is room for the value at the place.
        unsafe room.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value.bigEndian, toByteOffset: place, as: Integer.self)
        }
        count &+= size
    }

    /// Writes text, which must not hold U+0000.
    @inlinable
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            unsafe append(UnsafeRawBufferPointer(utf8), refusing: 0)
        }
    }

    /// Writes bytes.
    public mutating func append(_ span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe append($0, refusing: nil) }
    }

    /// Copies bytes, unless they hold one that must not be.
    @usableFromInline
    mutating func append(_ source: UnsafeRawBufferPointer, refusing forbidden: Int32?) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        if let forbidden, unsafe memchr(start, forbidden, source.count) != nil {
            note(.nullCharacter)
        }
        if room.count &- count < source.count { grow(by: source.count) }
        let place = count
        // There is room for all of them at the place, and the source lives during the call.
        unsafe room.withUnsafeMutableBytes { target in
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[place...]).copyMemory(
                from: source
            )
        }
        count &+= source.count
    }

    /// Makes room for so many bytes at least, and as many again as there are.
    @usableFromInline
    mutating func grow(by size: Int) {
        // An array of zeros: one by one from a sequence they take a tenth of all that tests do.
        room += [UInt8](repeating: 0, count: max(room.count, size, Self.firstRoom))
    }

    private static let firstRoom = 256

    /// Forgets what has been written, and keeps the room.
    mutating func removeAll() { count = 0 }

    /// What has been written.
    var bytes: RawSpan {
        @_lifetime(borrow self)
        get { room.rawBytes.extracting(0..<count) }
    }

    /// Writes a value after its length, which is -1 for null.
    ///
    /// - Parameter value: what to write.
    @inlinable
    public mutating func appendField<Value: PostgresEncodable>(_ value: Value) {
        if value.isPostgresNull { return append(Int32(-1)) }
        let place = count
        append(Int32(0))
        value.write(to: &self)
        replaceLength(at: place)
    }

    /// Puts the number of bytes written since into the four bytes kept free for it.
    @inlinable
    mutating func replaceLength(at place: Int) {
        let length = count &- place &- 4
        if length > Self.largestValue { return note(.tooLarge) }
        // The place was written before: four bytes are there.
        unsafe room.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: Int32(length).bigEndian, toByteOffset: place, as: Int32.self)
        }
    }

    @usableFromInline
    mutating func note(_ fault: Fault) {
        if self.fault == nil { self.fault = fault }
    }
}
