/// Where objects that were passed over have their `@type` members.
///
/// An Any may name its type after its other members, and may hold Anys that do so too. One pass
/// over the outermost finds the names of all; the inner ones are then looked up, not searched for,
/// and time stays linear.
struct AnyTypeIndex {
    private var values: [Int: Int] = [:]

    /// Objects that start before this offset have been passed over.
    var end = 0

    /// Whether objects are being passed over for the sake of their types.
    var isRecording = false

    /// Adds a member; only the first of an object counts.
    ///
    /// - Parameters:
    ///   - object: the offset of the object's brace.
    ///   - value: the offset after the member's colon.
    mutating func add(object: Int, value: Int) {
        if isRecording && values[object] == nil { values[object] = value }
    }

    /// The offset after the colon of an object's `@type` member, or nil.
    func value(ofObject object: Int) -> Int? {
        values[object]
    }
}
