import Testing

@Suite("The worst error of a kernel")
struct AccuracyTests {
    @Test("is no number as soon as one is none")
    func isNumber() {
        var accuracy = Accuracy()
        for (place, error) in [1e-3, .nan, 1e-16, 5].enumerated() {
            accuracy.note(error, at: Double(place))
        }
        #expect(accuracy.worst.isNaN && accuracy.place == 1)
    }
}
