import Panels
import Testing

/// Days by the calendar.
@Suite struct PanelDayTests {
    @Test func numbers() {
        #expect(PanelDay(year: 1970, month: 1, day: 1)?.number == 0)
        #expect(PanelDay(year: 2000, month: 3, day: 1)?.number == 11_017)
        #expect(PanelDay(year: 2024, month: 2, day: 29)?.number == 19_782)
        #expect(PanelDay(year: 2023, month: 2, day: 29) == nil)
        #expect(PanelDay(year: 2023, month: 13, day: 1) == nil)
        #expect(PanelDay(year: 1900, month: 2, day: 29) == nil)
    }
}
