import TestKit
@testable import Wire

/// Makes messages of any type, in the canonical form that reading JSON gives: fields in order of
/// their numbers, no defaults where presence is not tracked, map entries with key and value.
struct RandomMessage {
    private var random: SeededGenerator
    private var depth = 0

    /// The same seed gives the same messages.
    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The next message of a type.
    mutating func next(_ schema: MessageSchema) -> [UInt8] {
        var output = OutputBuffer()
        write(schema, to: &output)
        return Array(copying: output.bytes)
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func write(_ schema: MessageSchema, to output: inout OutputBuffer) {
        depth += 1
        defer { depth -= 1 }
        switch schema.wellKnownType {
        case .timestamp:
            writeTime(TimestampText.range, isSigned: false, to: &output)
        case .duration:
            let limit = DurationText.maximumSeconds
            writeTime(-limit...limit, isSigned: true, to: &output)
        case .fieldMask:
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let paths = ["a", "foo_bar", "foo.bar_baz", "x1"]
                output.appendField(tag: 10, paths[Int.random(in: 0..<4, using: &random)])
            }
        case .any:
            writeAny(to: &output)
        case .value:
            let count = depth > 6 ? 4 : 6
            writeField(schema.entry(Int.random(in: 0..<count, using: &random)), to: &output)
        default:
            var oneofs: Set<Int> = []
            for index in 0..<schema.entryCount {
                let field = schema.entry(index)
                guard chance(depth > 3 ? 8 : 40), field.kind != .message || depth < 7 else {
                    continue
                }
                if field.oneof >= 0, !oneofs.insert(field.oneof).inserted { continue }
                writeField(field, to: &output)
            }
        }
    }

    private mutating func writeTime(
        _ range: ClosedRange<Int64>,
        isSigned: Bool,
        to output: inout OutputBuffer
    ) {
        let seconds = chance(50) ? Int64.random(in: range, using: &random) : range.upperBound
        let unit: [Int32] = [0, 1, 1_000, 1_000_000]
        var nanos = unit[Int.random(in: 0..<4, using: &random)]
        nanos *= Int32.random(in: 0..<1_000, using: &random)
        if isSigned && seconds < 0 { nanos = -nanos }
        if seconds != 0 { output.appendField(tag: 8, seconds, as: Scalar.Int64.self) }
        if nanos != 0 { output.appendField(tag: 16, nanos, as: Scalar.Int32.self) }
    }

    private mutating func writeAny(to output: inout OutputBuffer) {
        if chance(10) { return }
        let schemas = [Fixture.all, Fixture.duration, Fixture.value, Fixture.empty, Fixture.any]
        let schema = schemas[Int.random(in: 0..<(depth > 5 ? 2 : 5), using: &random)]
        output.appendField(tag: 10, "type.googleapis.com/" + schema.fullName)
        let contents = next(schema)
        if !contents.isEmpty { output.appendField(tag: 18, contents.rawBytes) }
    }

    private mutating func writeField(_ field: FieldEntry, to output: inout OutputBuffer) {
        switch field.cardinality {
        case .implicit, .explicit:
            let before = output.count
            writeElement(field, tag: field.tag, to: &output)
            if field.cardinality == .explicit { return }
            var reader = WireReader(output.bytes.extracting(before..<output.count))
            _ = reader.nextTag()
            if reader.passDefault(of: field.kind) { output.truncate(to: before) }
        case .packed:
            let mark = output.beginMessage(tag: field.number << 3 | 2)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                writeElement(field, tag: 0, to: &output)
            }
            output.endMessage(mark)
        case .repeated:
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                writeElement(field, tag: field.tag, to: &output)
            }
        case .map:
            writeMap(field, to: &output)
        }
    }

    private mutating func writeMap(_ field: FieldEntry, to output: inout OutputBuffer) {
        let schema = field.message
        var keys: Set<[UInt8]> = []
        for _ in 0..<(chance(5) ? 20 : 3) {
            var key = OutputBuffer()
            writeElement(schema.entry(0), tag: schema.entry(0).tag, to: &key)
            guard keys.insert(Array(copying: key.bytes)).inserted else { continue }
            let mark = output.beginMessage(tag: field.tag)
            output.append(key.bytes)
            writeElement(schema.entry(1), tag: schema.entry(1).tag, to: &output)
            output.endMessage(mark)
        }
    }

    private mutating func writeElement(
        _ field: FieldEntry,
        tag: UInt32,
        to output: inout OutputBuffer
    ) {
        switch field.kind {
        case .string:
            output.appendField(tag: tag, text())
        case .bytes:
            let bytes = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            output.appendField(tag: tag, bytes.rawBytes)
        case .message:
            let mark = output.beginMessage(tag: tag)
            write(field.message, to: &output)
            output.endMessage(mark)
        default:
            if tag != 0 { output.appendVarint(UInt64(tag)) }
            output.append(bits: bits(field), as: field.kind)
        }
    }

    /// The bits of a number, as often small or at an edge of its type as anywhere.
    private mutating func bits(_ field: FieldEntry) -> UInt64 {
        let edges: [UInt64] = [0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 63, .max]
        let any = chance(50) ? random.next() : edges[Int.random(in: 0..<8, using: &random)]
        switch field.kind {
        case .bool: return any & 1
        case .int32: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: any)))
        case .enumeration:
            if field.enumNames?.isNullValue ?? false { return 0 }
            let number = Int32(truncatingIfNeeded: chance(50) ? any & 3 : any)
            return UInt64(bitPattern: Int64(number))
        case .uint32, .sint32, .fixed32, .sfixed32: return any & 0xFFFF_FFFF
        case .double: return double(any).bitPattern
        case .float:
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: any))
            return UInt64((value.isNaN ? Float.nan : value).bitPattern)
        default: return any
        }
    }

    private mutating func double(_ bits: UInt64) -> Double {
        if depth > 0 && chance(30) { return Double(Int64(truncatingIfNeeded: bits) >> 40) / 100 }
        let value = Double(bitPattern: bits)
        // A Value may hold no others, and NaNs have but one form in JSON.
        return value.isFinite ? value : 0.1
    }

    private mutating func text() -> String {
        let characters = Array(
            "ab\"\\/<>\u{0}\n\t\u{7F}é世😀\u{2028}\u{FFFF}\u{E000} 0123456789abcdefgh"
        )
        let count = chance(10) ? 60 : Int.random(in: 0...10, using: &random)
        return String(
            (0..<count).map { _ in
                characters[Int.random(in: 0..<characters.count, using: &random)]
            }
        )
    }
}
