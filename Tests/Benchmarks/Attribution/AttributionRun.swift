import Files
import Foundation
import PathModels
import Wire

/// One file of journeys read and credited, as the peers of `deploy/bench attribution` do it: a
/// process of its own, so that its memory is that of this work.
struct AttributionRun {
    let file: URL
    let order: Int

    /// Lines as the peers print them: time, memory, and the credit of each channel.
    func lines() throws -> String {
        let clock = ContinuousClock()
        let start = clock.now
        let table = try Self.read(file)
        let credit = try Markov(order: order).credit(table)
        let nanoseconds = start.duration(to: clock.now) / .nanoseconds(1)
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else {
            throw Peer.Failure(description: "the memory of this process cannot be read")
        }
        let credits = zip(table.channels.names, credit.conversions).map { "\($0) \($1)" }
        let measured = ["nanoseconds \(nanoseconds)", "kilobytes \(usage.ru_maxrss)"]
        return (measured + credits).joined(separator: "\n")
    }

    /// A file of `path,conversions,value,nulls`, by the reader that imports have.
    static func read(_ file: URL) throws -> PathTable {
        let handle = try FileHandle(forReadingFrom: file)
        var reader = RowReader(form: .delimited(Dialect()))
        var table = PathTableBuilder()
        var isFirst = true
        while true {
            switch try reader.next() {
            case .row where isFirst: isFirst = false
            case .row:
                if let fault = reader.fault { throw fault }
                let value = try number(reader.cell(2))
                try table.append(
                    text: reader.cell(0),
                    conversions: Int(number(reader.cell(1)).digits),
                    value: PathValue(coefficient: Int128(value.digits), scale: value.scale),
                    nulls: Int(number(reader.cell(3)).digits)
                )
            case .starved:
                guard let part = try handle.read(upToCount: 1 << 17), !part.isEmpty else {
                    reader.finish()
                    continue
                }
                reader.append(part.bytes)
            case .ended: return table.build()
            }
        }
    }

    /// Digits, and how many of them are behind the point.
    private static func number(_ cell: RawSpan) throws -> (digits: Int64, scale: Int) {
        var (digits, scale, hasPoint): (Int64, Int, Bool) = (0, 0, false)
        for offset in 0..<cell.byteCount {
            let byte = cell.byte(at: offset)
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
                continue
            }
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10, cell.byteCount < 18 else {
                throw Peer.Failure(description: "a number of the file is none")
            }
            digits = digits * 10 + Int64(digit)
            scale += hasPoint ? 1 : 0
        }
        return (digits, scale)
    }
}
