/// The elements of a repeated `string` or `bytes` field, read in place.
public struct RepeatedSlices: ~Escapable {
    @usableFromInline let run: RawSpan

    /// The number of elements.
    public let count: Int

    /// The elements of a field.
    ///
    /// - Parameters:
    ///   - run: where the elements lie.
    ///   - message: the message's bytes.
    @inlinable
    @_lifetime(copy message)
    public init(_ run: FieldRun, in message: RawSpan) {
        self.run = run.bytes(in: message)
        count = Int(run.tags)
    }

    /// Whether there are no elements.
    public var isEmpty: Bool { count == 0 }

    /// Walks the elements in order: `while let bytes = iterator.next() { … }`.
    @inlinable
    @_lifetime(copy self)
    public func makeIterator() -> Iterator { Iterator(run) }

    /// Copies the elements out.
    public func arrays() -> [[UInt8]] {
        var iterator = makeIterator()
        var result: [[UInt8]] = []
        result.reserveCapacity(count)
        while let element = iterator.next() { result.append(Array(copying: element)) }
        return result
    }

    /// Reads one element after the other.
    public struct Iterator: ~Escapable {
        @usableFromInline let run: RawSpan
        @usableFromInline var reader: WireReader

        @inlinable
        @_lifetime(copy run)
        init(_ run: RawSpan) {
            self.run = run
            reader = WireReader(run)
        }

        /// The next element, or nil after the last.
        @inlinable
        @_lifetime(copy self)
        @_lifetime(self: copy self)
        public mutating func next() -> RawSpan? {
            guard reader.nextTag() != nil else { return nil }
            return reader.slice().bytes(in: run)
        }
    }
}

/// The elements of a repeated `string` field, read in place.
public struct RepeatedText: ~Escapable {
    @usableFromInline let slices: RepeatedSlices

    /// The elements of a field.
    ///
    /// - Parameters:
    ///   - run: where the elements lie.
    ///   - message: the message's bytes, which have been validated.
    @unsafe
    @inlinable
    @_lifetime(copy message)
    public init(_ run: FieldRun, in message: RawSpan) {
        slices = RepeatedSlices(run, in: message)
    }

    /// The number of elements.
    public var count: Int { slices.count }

    /// Whether there are no elements.
    public var isEmpty: Bool { count == 0 }

    /// Walks the elements in order: `while let text = iterator.next() { … }`.
    @inlinable
    @_lifetime(copy self)
    public func makeIterator() -> Iterator { Iterator(slices.makeIterator()) }

    /// Copies the elements out.
    public func strings() -> [String] {
        var iterator = makeIterator()
        var result: [String] = []
        result.reserveCapacity(count)
        while let element = iterator.next() { result.append(String(element)) }
        return result
    }

    /// Reads one element after the other.
    public struct Iterator: ~Escapable {
        @usableFromInline var slices: RepeatedSlices.Iterator

        @inlinable
        @_lifetime(copy slices)
        init(_ slices: RepeatedSlices.Iterator) {
            self.slices = slices
        }

        /// The next element, or nil after the last.
        @inlinable
        @_lifetime(copy self)
        @_lifetime(self: copy self)
        public mutating func next() -> Text? {
            guard let bytes = slices.next() else { return nil }
            // The validator checked every string field of the message.
            return unsafe Text(validated: bytes)
        }
    }
}
