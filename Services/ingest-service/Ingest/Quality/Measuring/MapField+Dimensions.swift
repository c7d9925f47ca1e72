internal import Wire

// The dimensions of metrics: names and values.
extension MapField<String, String> {
    /// Dimensions in the order of their names, so that equal ones are equal bytes.
    init(dimensions: [String: String]) {
        self.init(dimensions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// Names and values, in the order of the names.
    var sorted: [(String, String)] {
        keys.sorted().compactMap { key in self[key].map { (key, $0) } }
    }
}
