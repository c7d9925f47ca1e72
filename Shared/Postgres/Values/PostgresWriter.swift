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

    /// What has been written.
    @usableFromInline var bytes: [UInt8] = []

    /// The first thing that could not be written.
    @usableFromInline var fault: Fault?

    /// The most bytes of one value, in bytes; the server's own limit is 1 GB for a whole row.
    @usableFromInline static let largestValue = 256 << 20

    @inlinable
    init() {}

    /// Writes an integer.
    @inlinable
    public mutating func append<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes text, which must not hold U+0000.
    @inlinable
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            if unsafe utf8.contains(0) { note(.nullCharacter) }
            unsafe bytes.append(contentsOf: utf8)
        }
    }

    /// Writes bytes.
    public mutating func append(_ span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Writes a value after its length, which is -1 for null.
    ///
    /// - Parameter value: what to write.
    @inlinable
    public mutating func appendField<Value: PostgresEncodable>(_ value: Value) {
        if value.isPostgresNull { return append(Int32(-1)) }
        let place = bytes.count
        append(Int32(0))
        value.write(to: &self)
        replaceLength(at: place)
    }

    /// Puts the number of bytes written since into the four bytes kept free for it.
    @usableFromInline
    mutating func replaceLength(at place: Int) {
        let length = bytes.count - place - 4
        if length > Self.largestValue { return note(.tooLarge) }
        // The place was written before: four bytes are there.
        unsafe bytes.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: Int32(length).bigEndian, toByteOffset: place, as: Int32.self)
        }
    }

    @usableFromInline
    mutating func note(_ fault: Fault) {
        if self.fault == nil { self.fault = fault }
    }
}
