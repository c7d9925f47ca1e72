import Foundation
import Numerics
import Panels
import Testing

@testable import MediaMix

@Suite("Seasons")
struct SeasonTests {
    @Test("waves are sines and cosines")
    func waves() {
        for step in -2000...2000 {
            let turns = Double(step) / 331
            let wave = Wave(turns: turns)
            #expect(abs(wave.sine - sin(2 * Double.pi * turns)) < 1e-14)
            #expect(abs(wave.cosine - cos(2 * Double.pi * turns)) < 1e-14)
        }
        #expect(Wave(turns: 1e9 + 0.25).sine == 1)
    }

    @Test("days of the year are those of the calendar")
    func dayOfYear() throws {
        for year in [0, 1900, 1969, 1970, 2000, 2023, 2024, 9999] {
            let start = try #require(PanelDay(year: year, month: 1, day: 1))
            let end = try #require(PanelDay(year: year, month: 12, day: 31))
            for number in start.number...end.number {
                #expect(PanelDay(number: number).dayOfYear == number - start.number + 1)
            }
        }
    }
}
