/// Elements in the order they came, in a ring that is reused.
struct Fifo<Element> {
    /// A power of two of places.
    private var places: [Element?] = Array(repeating: nil, count: 64)
    private var first = 0

    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element) {
        if count == places.count { grow() }
        places[(first &+ count) & (places.count &- 1)] = element
        count &+= 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = places[first].take()
        first = (first &+ 1) & (places.count &- 1)
        count &-= 1
        return element
    }

    private mutating func grow() {
        let inOrder = places[first...] + places[..<first]
        places = Array(inOrder) + Array(repeating: nil, count: places.count)
        first = 0
    }
}
