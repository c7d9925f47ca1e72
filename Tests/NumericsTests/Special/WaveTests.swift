import Foundation
import Numerics
import Testing

@Suite("Waves")
struct WaveTests {
    @Test("are sines and cosines")
    func waves() {
        for step in -2000...2000 {
            let turns = Double(step) / 331
            let wave = Wave(turns: turns)
            #expect(abs(wave.sine - sin(2 * Double.pi * turns)) < 1e-14)
            #expect(abs(wave.cosine - cos(2 * Double.pi * turns)) < 1e-14)
        }
        #expect(Wave(turns: 1e9 + 0.25).sine == 1)
    }
}
