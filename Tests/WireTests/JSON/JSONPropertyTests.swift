import TestKit
import Testing
@testable import Wire

@Suite("JSON: properties of random messages and texts")
struct JSONPropertyTests {
    @Test("What is printed reads back as the same bytes", arguments: 0..<12 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let message = Self.message(&random)
            let json = try Fixture.json(message)
            #expect(Self.canonical(try Fixture.wire(json.utf8)) == message, "\(json)")
        }
    }

    @Test("Options of printing do not change what is read", arguments: 0..<5 as Range<UInt64>)
    func printingOptions(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var options = Fixture.options
        options.usesProtoNames = true
        options.printsEnumsAsNumbers = true
        for _ in 0..<25 {
            let message = Self.message(&random)
            let json = try Fixture.json(message, as: Fixture.all, options)
            #expect(Self.canonical(try Fixture.wire(json.utf8)) == message)
            options.printsDefaults.toggle()
        }
    }

    @Test(
        "The order fields come in changes nothing that is printed",
        arguments: 0..<8 as Range<UInt64>
    )
    func order(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var shuffler = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let message = Self.message(&random)
            var fields = Self.fields(of: message)
            fields.shuffle(using: &shuffler)
            // Earlier values of singular numbers are ousted by later ones.
            let ousted: [UInt8] = [8, 99, 0xA8, 1, 99, 8, 98]
            let last: [UInt8] = [8, 97, 0xA8, 1, 96]
            let shuffled = ousted + fields.flatMap { $0 } + last
            #expect(try Fixture.json(shuffled) == Fixture.json(message + last))
        }
    }

    @Test("Broken texts are refused or read as valid messages", arguments: 0..<12 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var mutator = SeededGenerator(seed: seed)
        var options = Fixture.options
        for _ in 0..<10 {
            let json = Array(try Fixture.json(Self.message(&random)).utf8)
            for _ in 0..<20 {
                options.ignoresUnknownFields.toggle()
                try Self.check(Self.mutated(json, &mutator), options)
            }
        }
    }

    private static func canonical(_ message: [UInt8]) -> [UInt8] {
        Array(copying: WireNormalizer.normalize(message.rawBytes, as: Fixture.all).bytes)
    }

    /// A random message that JSON can show, as a plain encoder writes it.
    private static func message(_ random: inout SeededGenerator) -> [UInt8] {
        canonical(
            RandomWireMessage.bytes(of: Fixture.all, .jsonForm, fieldCount: 30, using: &random)
        )
    }

    /// Reads a text that may be broken; if it reads, what comes out must be valid, in order and
    /// print as a text that reads as the same.
    static func check(_ json: [UInt8], _ options: JSONOptions) throws {
        guard let message = try? Fixture.wire(json, as: Fixture.all, options) else { return }
        let bytes = message.rawBytes
        let isScattered = try WireValidator.validate(bytes, as: Fixture.all, limits: options.limits)
        #expect(!isScattered)
        let printed = try Fixture.json(message)
        let again = try Fixture.wire(printed.utf8)
        #expect(try Fixture.json(again) == printed)
    }

    /// A text with one to three bytes changed, put in, taken out or copied from elsewhere.
    static func mutated(_ json: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var json = json
        let alphabet = Array(#"{}[]",:\0123456789eE+-.tfnu@ZTs_"#.utf8) + [0, 0x80, 0xE2, 0xFF]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let position = Int.random(in: 0...json.count, using: &random)
            let end = min(json.count, position + Int.random(in: 0...4, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: json.removeSubrange(position..<end)
            case 1: json.insert(alphabet.randomElement(using: &random) ?? 0, at: position)
            case 2 where position < json.count:
                json[position] = alphabet.randomElement(using: &random) ?? 0
            default:
                let start = Int.random(in: 0...json.count, using: &random)
                let source = json[start..<min(json.count, start + 12)]
                json.insert(contentsOf: source, at: position)
            }
        }
        return json
    }

    /// The fields of a message, those of one repeated field together.
    private static func fields(of message: [UInt8]) -> [[UInt8]] {
        let bytes = message.rawBytes
        var reader = WireReader(bytes)
        var fields: [[UInt8]] = []
        var start = 0
        var last: UInt32 = 0
        while let tag = reader.nextTag() {
            reader.skip(tag)
            let field = Array(copying: bytes.extracting(start..<reader.position))
            if tag == last, let previous = fields.popLast() {
                fields.append(previous + field)
            } else {
                fields.append(field)
            }
            last = tag
            start = reader.position
        }
        return fields
    }
}
