/// The elements of a repeated field of numbers, Booleans or enums, packed or not, read in place.
public struct RepeatedScalars<Coding: ScalarCoding>: ~Escapable {
    @usableFromInline let run: RawSpan

    /// The elements of a field.
    ///
    /// - Parameters:
    ///   - run: where the elements lie.
    ///   - message: the message's bytes.
    @inlinable
    @_lifetime(copy message)
    public init(_ run: FieldRun, in message: RawSpan) {
        self.run = run.bytes(in: message)
    }

    /// Whether there are no elements.
    ///
    /// A packed run may be empty behind its tag.
    @inlinable public var isEmpty: Bool {
        var iterator = makeIterator()
        return iterator.next() == nil
    }

    /// Walks the elements in order: `while let value = iterator.next() { … }`.
    @inlinable
    @_lifetime(copy self)
    public func makeIterator() -> Iterator { Iterator(run) }

    /// Copies the elements out.
    ///
    /// Linear in the elements.
    @inlinable
    public func values() -> [Coding.Value] {
        var iterator = makeIterator()
        var result: [Coding.Value] = []
        result.reserveCapacity(iterator.elementsAtLeast)
        while let value = iterator.next() { result.append(value) }
        return result
    }

    /// Calls a closure with each element in order.
    ///
    /// - Parameter body: receives the element.
    /// - Throws: what `body` throws, which ends the walk.
    @inlinable
    public func forEach<Failure: Error>(
        _ body: (Coding.Value) throws(Failure) -> Void
    ) throws(Failure) {
        var iterator = makeIterator()
        while let value = iterator.next() { try body(value) }
    }

    /// Reads one element after the other.
    public struct Iterator: ~Escapable {
        @usableFromInline var reader: WireReader

        /// Where the packed elements being read end; the reader's position outside of any.
        @usableFromInline var packedEnd = 0

        @inlinable
        @_lifetime(copy run)
        init(_ run: RawSpan) {
            reader = WireReader(run)
        }

        /// The next element, or nil after the last.
        @inlinable
        @_lifetime(self: copy self)
        public mutating func next() -> Coding.Value? {
            while reader.position >= packedEnd {
                guard let tag = reader.nextTag() else { return nil }
                if tag & 7 != 2 { break }
                let length = Int(truncatingIfNeeded: reader.varint())
                packedEnd = reader.position &+ length
            }
            return Coding.read(&reader)
        }

        /// How many elements there surely are, judged by the bytes of a fixed-width packed run.
        @usableFromInline var elementsAtLeast: Int {
            Coding.fixedWidth == 0 ? 0 : (reader.end &- reader.position) / (Coding.fixedWidth + 2)
        }
    }
}
