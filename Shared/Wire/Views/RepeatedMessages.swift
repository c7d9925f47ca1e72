/// The elements of a repeated message field, or the entries of a map, read in place.
public struct RepeatedMessages<View: WireView & ~Escapable>: ~Escapable {
    @usableFromInline let run: RawSpan

    /// The number of elements.
    public let count: Int

    /// The elements of a field.
    ///
    /// - Parameters:
    ///   - run: where the elements lie.
    ///   - message: the message's bytes, which have been validated.
    @unsafe
    @inlinable
    @_lifetime(copy message)
    public init(_ run: FieldRun, in message: RawSpan) {
        self.run = run.bytes(in: message)
        count = Int(run.tags)
    }

    /// Whether there are no elements.
    public var isEmpty: Bool { count == 0 }

    /// Walks the elements in order: `while let element = iterator.next() { … }`.
    @inlinable
    @_lifetime(copy self)
    public func makeIterator() -> Iterator { Iterator(run) }

    /// Calls a closure with each element in order.
    ///
    /// - Parameter body: receives the element.
    /// - Throws: what `body` throws, which ends the walk.
    @inlinable
    public func forEach<Failure: Error>(_ body: (View) throws(Failure) -> Void) throws(Failure) {
        var iterator = makeIterator()
        while let element = iterator.next() { try body(element) }
    }

    /// Makes an array of what a closure makes of each element.
    ///
    /// - Parameter transform: receives the element.
    /// - Returns: what `transform` made, in order.
    /// - Throws: what `transform` throws, which ends the walk.
    @inlinable
    @inline(never)
    public func map<Result, Failure: Error>(
        _ transform: (View) throws(Failure) -> Result
    ) throws(Failure) -> [Result] {
        var results: [Result] = []
        results.reserveCapacity(count)
        var iterator = makeIterator()
        while let element = iterator.next() { results.append(try transform(element)) }
        return results
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
        public mutating func next() -> View? {
            guard reader.nextTag() != nil else { return nil }
            // Whoever made the run vouched for the message.
            return unsafe View(validated: reader.slice().bytes(in: run))
        }
    }
}

extension RepeatedMessages where View: MessageView & ~Escapable {
    /// Copies the elements out as values.
    @inlinable
    @inline(never)
    public func values() -> [View.Value] {
        var result: [View.Value] = []
        result.reserveCapacity(count)
        var reader = WireReader(run)
        while reader.nextTag() != nil {
            // Whoever made `self` vouched for the message.
            result.append(unsafe View.Value(validated: reader.slice().bytes(in: run)))
        }
        return result
    }
}

extension RepeatedMessages where View: TextKeyedEntry & ~Escapable {
    /// The map's entry of a key, or nil.
    ///
    /// Linear in the map.
    @inlinable
    @_lifetime(copy self)
    public func entry(_ key: String) -> View? {
        var iterator = makeIterator()
        while let entry = iterator.next() {
            if entry.key == key { return entry }
        }
        return nil
    }
}

extension RepeatedMessages where View: ScalarKeyedEntry & ~Escapable {
    /// The map's entry of a key, or nil.
    ///
    /// Linear in the map.
    @inlinable
    @_lifetime(copy self)
    public func entry(_ key: View.Key) -> View? {
        var iterator = makeIterator()
        while let entry = iterator.next() {
            if entry.key == key { return entry }
        }
        return nil
    }
}
