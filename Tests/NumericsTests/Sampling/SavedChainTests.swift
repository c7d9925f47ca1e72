import TestDensities
import Testing

@testable import Numerics

@Suite("Saved chains")
struct SavedChainTests {
    private let effects = [28.0, 8, -3, 7, -1, 1, 18, 12]
    private let errors = [15.0, 10, 16, 11, 9, 11, 10, 18]

    private var density: any Density { EightSchools(effects: effects, errors: errors) }

    private func configuration(_ seed: UInt64) -> SamplingConfiguration {
        var configuration = SamplingConfiguration(seed: seed)
        configuration.warmup = 150
        configuration.draws = 120
        return configuration
    }

    /// The bytes of the first chain, after so many draws each time.
    private func bytes(every draws: Int, of density: (any Density)? = nil) async throws -> [[UInt8]]
    {
        let shelf = Shelf()
        let run = SamplingRun(
            density ?? self.density,
            configuration(8),
            savingEvery: draws,
            save: { shelf.keep($0) }
        )
        _ = try await run.posterior()
        return shelf.bytes(of: 0)
    }

    @Test("saved bytes that are damaged, cut off or of another run are refused")
    func refused() async throws {
        let bytes = try await bytes(every: 100)[0]
        #expect(try SavedChain(bytes: bytes).bytes == bytes)
        var random = RandomStream(seed: 1)
        for _ in 0..<200 {
            var damaged = bytes
            damaged[random.integer(below: bytes.count)] ^= UInt8(1 + random.integer(below: 255))
            #expect(throws: SamplingFailure.self) { try SavedChain(bytes: damaged) }
            let cut = Array(bytes.prefix(random.integer(below: bytes.count)))
            #expect(throws: SamplingFailure.self) { try SavedChain(bytes: cut) }
        }
        let saved = try SavedChain(bytes: bytes)
        await #expect(throws: SamplingFailure.otherConfiguration(chain: 0)) {
            try await SamplingRun(density, configuration(9), resuming: [saved]).posterior()
        }
    }

    /// What resuming a chain with another density ends with.
    private func refusal(_ saved: SavedChain, by other: any Density) async -> String? {
        let run = SamplingRun(other, configuration(8), resuming: [saved])
        do {
            _ = try await run.posterior()
            return nil
        } catch {
            guard case .otherDensity(chain: 0, let difference) = error as? SamplingFailure else {
                return "\(error)"
            }
            return difference
        }
    }

    @Test("a chain saved with another density is refused: by its name, its size and its data")
    func otherDensity() async throws {
        // In the warm-up, at its end, and after it.
        for bytes in try await bytes(every: 30) {
            let saved = try SavedChain(bytes: bytes)
            #expect(saved.identity == "EightSchools")
            #expect(await refusal(saved, by: density) == nil)
            let normal = CorrelatedNormal(scales: Array(repeating: 1, count: 10), correlation: 0)
            #expect(await refusal(saved, by: normal) == "EightSchools, not CorrelatedNormal")
            let fewer = EightSchools(effects: [28, 8], errors: [15, 10])
            #expect(await refusal(saved, by: fewer) == "it was of 10 numbers, not 4")
            // One datum of eight, by a billionth.
            let changed = EightSchools(effects: effects.dropLast() + [12 + 1e-9], errors: errors)
            #expect(await refusal(saved, by: changed)?.hasPrefix("at the last draw") == true)
        }
    }

    /// The same density under another name.
    private struct Renamed: Density {
        var base: EightSchools
        let identity: String

        var dimension: Int { base.dimension }

        mutating func logDensity(
            at position: Span<Double>,
            gradient: inout MutableSpan<Double>
        ) -> Double { base.logDensity(at: position, gradient: &gradient) }
    }

    @Test("identities of any letters go along; too long ones are refused")
    func identities() async throws {
        let base = EightSchools(effects: [28, 8, -3], errors: [15, 10, 16])
        let longest = String(repeating: "x", count: 1024)
        for name in ["", "a", "eight of eight", "Modell „Größe“ № 7 🏫", longest] {
            let density = Renamed(base: base, identity: name)
            let whole = try await SamplingRun(density, configuration(8)).posterior()
            let saved = try SavedChain(bytes: try await bytes(every: 200, of: density)[0])
            #expect(saved.identity == name)
            let again = SamplingRun(density, configuration(8), resuming: [saved])
            #expect(try await again.posterior() == whole)
            let other = Renamed(base: base, identity: name.dropLast() + "y")
            #expect(await refusal(saved, by: other) == "\(name), not \(other.identity)")
        }
        let long = Renamed(base: base, identity: longest + "x")
        await #expect(
            throws: SamplingFailure.badConfiguration(
                field: "identity",
                rule: "must be of at most 1024 bytes"
            )
        ) { try await SamplingRun(long, configuration(8)).posterior() }
    }

    @Test("a chain saved in a form of another version is refused, and says of which")
    func otherVersion() async throws {
        let bytes = try await bytes(every: 200)[0]
        for version: UInt8 in [0, 1, 2, 4, 255] {
            var other = bytes
            other[6] = version
            let failure = SamplingFailure.otherVersion(saved: Int(version), readable: 3)
            #expect(throws: failure) { try SavedChain(bytes: resealed(other)) }
        }
        var stranger = bytes
        stranger[0] = UInt8(ascii: "T")
        #expect(throws: SamplingFailure.unreadable("it is no saved chain")) {
            try SavedChain(bytes: resealed(stranger))
        }
    }

    @Test("identities that are cut off, too long or no text are refused")
    func badIdentities() async throws {
        let bytes = try await bytes(every: 200)[0]
        // The count is the second word, the first letter the first byte of the third.
        for (place, value) in [(8, 255), (14, 1), (15, 128), (9, 3), (16, 0xff)] {
            var other = bytes
            other[place] = UInt8(value)
            #expect(throws: SamplingFailure.self) { try SavedChain(bytes: resealed(other)) }
        }
    }

    /// Bytes whose checksum is right again.
    private func resealed(_ bytes: [UInt8]) -> [UInt8] {
        var writer = WordWriter()
        for start in stride(from: 0, to: bytes.count - 8, by: 8) {
            writer.write((0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * $1) })
        }
        return writer.bytes
    }

    @Test("saved bytes whose draws are not those of a run are refused, whatever their checksum")
    func misfits() async throws {
        let saved = try SavedChain(bytes: try await bytes(every: 100)[1])  // after the warm-up
        var trace = saved.trace
        trace.state.draw += 1
        #expect(throws: SamplingFailure.unreadable("its draws are not those of its run")) {
            try SavedChain(
                bytes: SavedChain(trace, saved.configuration, of: saved.identity, attempt: 1).bytes
            )
        }
    }
}
