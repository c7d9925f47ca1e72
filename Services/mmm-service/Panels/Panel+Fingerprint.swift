internal import Crypto
internal import Wire

extension Panel {
    /// What tells panels apart: the SHA-256 of all they hold, in 64 hexadecimal digits.
    ///
    /// Panels read from the same rows have the same, in whatever order the rows stood; any other
    /// number, name, day or role gives another. Zeros are equal whatever their sign, and so are
    /// numbers that are missing.
    public var fingerprint: String {
        var writer = FingerprintWriter()
        writer.add([daysPerPeriod, periods.count, geos.count])
        writer.add(periods.map(\.number))
        for geo in geos {
            writer.add(geo.name)
            writer.add([geo.population])
        }
        writer.add([outcome], "outcome")
        writer.add([valuePerOutcome].compactMap { $0 }.map { .init(name: "", values: $0) }, "value")
        writer.add([channels.count])
        for channel in channels {
            writer.add([PanelColumn(name: channel.name, values: channel.spend)], "spend")
            writer.add(channel.exposure.columns, "exposure")
        }
        writer.add(organic, "organic")
        writer.add(treatments, "treatments")
        writer.add(controls, "controls")
        return "\(writer.finish())"
    }
}

/// Writes what cannot be mistaken for anything else: lengths before texts and columns.
private struct FingerprintWriter: ~Copyable {
    private var hash = SHA256()

    mutating func add(_ numbers: [Int]) {
        var bytes: [UInt8] = []
        for number in numbers { append(UInt64(bitPattern: Int64(number)), to: &bytes) }
        hash.update(bytes.rawBytes)
    }

    mutating func add(_ numbers: [Double]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * numbers.count)
        for number in numbers {
            let value = number.isNaN ? Double.nan : number == 0 ? 0 : number
            append(value.bitPattern, to: &bytes)
        }
        hash.update(bytes.rawBytes)
    }

    mutating func add(_ text: String) {
        add([text.utf8.count])
        hash.update(Array(text.utf8).rawBytes)
    }

    mutating func add(_ columns: [PanelColumn], _ kind: String) {
        add(kind)
        add([columns.count])
        for column in columns {
            add(column.name)
            add([column.values.count])
            add(column.values)
        }
    }

    consuming func finish() -> SHA256.Digest { hash.finish() }

    private func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }
}
