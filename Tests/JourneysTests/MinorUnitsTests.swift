import Journeys
import Testing

@Suite("Minor units")
struct MinorUnitsTests {
    @Test("are those of ISO 4217, and half of one is one")
    func rounded() {
        #expect(["EUR", "JPY", "KWD", "XYZ"].map(MinorUnits.digits) == [2, 0, 3, 2])
        #expect(MinorUnits.round(1_004_999, of: "EUR") == 100)
        #expect(MinorUnits.round(1_005_000, of: "EUR") == 101)
        #expect(MinorUnits.round(1_499_999, of: "JPY") == 1)
        #expect(MinorUnits.round(1_500_000, of: "JPY") == 2)
        #expect(MinorUnits.round(1_234_500, of: "KWD") == 1_235)
        #expect(MinorUnits.round(.max, of: "EUR") == 922_337_203_685_478)
    }
}
