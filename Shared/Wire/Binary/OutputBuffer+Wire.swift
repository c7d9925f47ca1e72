extension OutputBuffer {
    /// Appends a varint, of one to ten bytes.
    @inlinable
    @inline(__always)
    public mutating func appendVarint(_ value: UInt64) {
        reserve(10)
        unsafe storeVarint(value)
    }

    /// Appends an integer's bytes, little-endian.
    @inlinable
    @inline(__always)
    public mutating func appendFixed<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer)
    {
        reserve(MemoryLayout<Integer>.size)
        // The bytes were reserved on the line above.
        unsafe base.storeBytes(of: value.littleEndian, toByteOffset: written, as: Integer.self)
        written &+= MemoryLayout<Integer>.size
    }

    /// Appends a length-delimited field.
    ///
    /// - Parameters:
    ///   - tag: the field's tag.
    ///   - contents: its contents.
    @inlinable
    @inline(__always)
    public mutating func appendField(tag: UInt32, _ contents: RawSpan) {
        unsafe contents.withUnsafeBytes { source in
            reserve(20 &+ source.count)
            // Two varints and the contents fit what was reserved.
            unsafe storeVarint(UInt64(tag))
            unsafe storeVarint(UInt64(source.count))
            if let start = source.baseAddress { unsafe copy(start, source.count) }
        }
    }

    /// Appends a string field.
    ///
    /// - Parameters:
    ///   - tag: the field's tag.
    ///   - text: its contents.
    @inlinable
    @inline(__always)
    public mutating func appendField(tag: UInt32, _ text: String) {
        appendField(tag: tag, text.utf8Span.span.asRawSpan)
    }

    /// Appends a field of one number, Boolean or enum.
    ///
    /// - Parameters:
    ///   - tag: the field's tag.
    ///   - value: its value.
    ///   - coding: how the value is written.
    @inlinable
    @inline(__always)
    public mutating func appendField<Coding: ScalarCoding>(
        tag: UInt32,
        _ value: Coding.Value,
        as coding: Coding.Type
    ) {
        appendVarint(UInt64(tag))
        Coding.write(value, to: &self)
    }

    /// Appends a packed field; nothing if there are no values.
    ///
    /// - Parameters:
    ///   - tag: the field's tag.
    ///   - values: its elements.
    ///   - coding: how an element is written.
    @inlinable
    public mutating func appendPacked<Coding: ScalarCoding>(
        tag: UInt32,
        _ values: [Coding.Value],
        as coding: Coding.Type
    ) {
        if values.isEmpty { return }
        let mark = beginMessage(tag: tag)
        if Coding.fixedWidth > 0 { reserve(values.count &* Coding.fixedWidth) }
        for value in values { Coding.write(value, to: &self) }
        endMessage(mark)
    }

    /// Starts a length-delimited field whose length is not known yet.
    ///
    /// Room is left for a length as wide as the last one at this depth had: siblings tend to be of
    /// a size, so that ``endMessage(_:)`` seldom has to move what was written.
    ///
    /// - Parameter tag: the field's tag.
    /// - Returns: what ``endMessage(_:)`` needs.
    @inlinable
    @inline(__always)
    public mutating func beginMessage(tag: UInt32) -> MessageMark {
        reserve(20)
        unsafe storeVarint(UInt64(tag))
        let width = Int(truncatingIfNeeded: (lengthWidths &>> widthShift) & 15)
        let mark = MessageMark(start: written, width: width)
        written &+= width
        depth &+= 1
        return mark
    }

    /// Ends a field that ``beginMessage(tag:)`` started, and writes its length.
    @inlinable
    @inline(__always)
    public mutating func endMessage(_ mark: MessageMark) {
        depth &-= 1
        let body = mark.start &+ mark.width
        let length = written &- body
        let width = Self.varintWidth(UInt64(length))
        if width != mark.width { moveBody(of: mark, toWidth: width) }
        let end = mark.start &+ width &+ length
        written = mark.start
        // `moveBody` made the room before the body exactly as wide as the length.
        unsafe storeVarint(UInt64(length))
        written = end
    }

    @usableFromInline
    @inline(never)
    mutating func moveBody(of mark: MessageMark, toWidth width: Int) {
        reserve(10)
        let body = mark.start &+ mark.width
        // At most nine bytes further on than before, which were reserved on the line above.
        unsafe base.advanced(by: mark.start &+ width).copyMemory(
            from: UnsafeRawPointer(base.advanced(by: body)),
            byteCount: written &- body
        )
        lengthWidths &= ~(15 &<< widthShift)
        lengthWidths |= UInt64(width) &<< widthShift
    }

    /// Where ``lengthWidths`` keeps the width for the current depth; all deeper share the last.
    @inlinable var widthShift: UInt64 {
        UInt64(truncatingIfNeeded: Swift.min(depth, 15)) &* 4
    }

    /// The bytes a varint takes, in 1…10.
    @inlinable
    @inline(__always)
    public static func varintWidth(_ value: UInt64) -> Int {
        // ⌈bits ÷ 7⌉ for 1…64 bits, without dividing.
        ((70 &- (value | 1).leadingZeroBitCount) &* 37) &>> 8
    }

    /// Stores a varint in room that has been reserved.
    @unsafe
    @inlinable
    @inline(__always)
    mutating func storeVarint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            unsafe base.storeBytes(
                of: UInt8(truncatingIfNeeded: value) | 0x80,
                toByteOffset: written,
                as: UInt8.self
            )
            written &+= 1
            value &>>= 7
        }
        unsafe base.storeBytes(
            of: UInt8(truncatingIfNeeded: value),
            toByteOffset: written,
            as: UInt8.self
        )
        written &+= 1
    }
}

/// A length-delimited field that has been started and not ended.
public struct MessageMark: BitwiseCopyable, Sendable {
    @usableFromInline let start: Int
    @usableFromInline let width: Int

    @inlinable
    init(start: Int, width: Int) {
        self.start = start
        self.width = width
    }
}
