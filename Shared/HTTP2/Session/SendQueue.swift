internal import Wire

/// The bytes of a body that wait to be sent, in slices that are shared, not copied.
struct SendQueue {
    /// The slice that is being sent; most bodies are one slice.
    private var first: SharedBytes?
    private var rest: [SharedBytes] = []
    private var nextOfRest = 0
    private var sentOfFirst = 0

    /// How many bytes wait.
    private(set) var count = 0

    /// Appends a slice.
    mutating func append(_ bytes: SharedBytes) {
        guard bytes.count > 0 else { return }
        count += bytes.count
        if first == nil {
            first = bytes
        } else {
            rest.append(bytes)
        }
    }

    /// Moves bytes from the front to a buffer.
    ///
    /// - Parameters:
    ///   - wanted: how many; at most `count`.
    ///   - output: where they go.
    mutating func move(_ wanted: Int, to output: inout OutputChain) {
        var left = wanted
        while left > 0, let slice = first {
            let part = min(left, slice.count - sentOfFirst)
            output.append(slice, sentOfFirst..<sentOfFirst + part)
            sentOfFirst += part
            left -= part
            if sentOfFirst == slice.count { advance() }
        }
        count -= wanted - left
    }

    /// Forgets everything.
    mutating func removeAll() {
        self = SendQueue()
    }

    private mutating func advance() {
        sentOfFirst = 0
        if nextOfRest < rest.count {
            first = rest[nextOfRest]
            nextOfRest += 1
        } else {
            first = nil
        }
        // The slices before `nextOfRest` are let go in batches, so that a long queue costs O(1)
        // a slice.
        if nextOfRest == rest.count || nextOfRest >= 32 {
            rest.removeFirst(nextOfRest)
            nextOfRest = 0
        }
    }
}
