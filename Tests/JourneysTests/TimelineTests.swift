import Journeys
import Testing

@Suite("Timelines")
struct TimelineTests {
    @Test("know touches by the numbers of the contract")
    func kinds() {
        #expect(Timeline.Touch.Kind.allCases.map(\.rawValue) == [1, 2, 3, 4, 5])
    }
}
