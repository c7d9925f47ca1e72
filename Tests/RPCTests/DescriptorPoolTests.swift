import Messages
import TestContracts
import TestKit
import TestMessages
import Testing
import Wire

@testable import RPC

@Suite("Types made of descriptors at run time")
struct DescriptorPoolTests {
    private static let files: [FileSchema] = [
        TestingV1.everythingFile, TestingV1.exampleFile, TestingV1.trafficFile,
        TestingV1.batchFile, GoogleProtobuf.anyFile, GoogleProtobuf.durationFile,
        GoogleProtobuf.emptyFile, GoogleProtobuf.fieldMaskFile, GoogleProtobuf.structFile,
        GoogleProtobuf.timestampFile, GoogleProtobuf.wrappersFile, API.annotationsFile,
        API.httpFile, GoogleProtobuf.descriptorFile,
    ]

    private static func pool() throws -> DescriptorPool {
        try DescriptorPool(files: files.map(\.descriptor))
    }

    @Test("are those that the generator makes of the same files, field for field")
    func schemas() throws {
        let pool = try Self.pool()
        let expected = Self.files.flatMap(\.messages)
        #expect(expected.count > 50)
        for schema in expected {
            let made = try #require(pool.types[schema.fullName], "\(schema.fullName)")
            #expect(Self.lines(made) == Self.lines(schema))
        }
    }

    @Test(
        "have the methods that the generator makes, with who may call them",
        arguments: [TestingV1.Shelf.schema, TestingV1.Example.schema]
    )
    func methods(_ expected: ServiceSchema) throws {
        let made = try #require(try Self.pool().services[expected.fullName])
        #expect(made.file == expected.file && made.methods.count == expected.methods.count)
        for (method, other) in zip(made.methods, expected.methods) {
            #expect(method.path == other.path && method.streaming == other.streaming)
            #expect(method.idempotency == other.idempotency && method.access == other.access)
            #expect(method.input.fullName == other.input.fullName)
            #expect(method.output.fullName == other.output.fullName)
        }
    }

    @Test("show and read the same JSON as generated ones", arguments: 1...50 as ClosedRange<UInt64>)
    func json(_ seed: UInt64) throws {
        let made = try #require(try Self.pool().types[TestingV1.Everything.schema.fullName])
        var generator = SeededGenerator(seed: seed)
        let schema = TestingV1.Everything.schema
        let bytes = RandomWireMessage.bytes(of: schema, .jsonForm, using: &generator)
        let text = try made.json(of: SharedBytes(bytes))
        let expected = try Message<TestingV1.Everything.View>(SharedBytes(bytes)).json()
        #expect(text == expected)
        #expect(try made.message(json: text.bytes) == schema.message(json: text.bytes))
    }

    @Test("are refused if bytes are no descriptor, or a type is nowhere")
    func refused() throws {
        #expect(throws: DescriptorPool.Fault.self) { try DescriptorPool(files: [[0xff]]) }
        let fault = #expect(throws: DescriptorPool.Fault.self) {
            try DescriptorPool(files: [TestingV1.everythingFile.descriptor])
        }
        guard case .unknownType(let name, _) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(name.hasPrefix("google.protobuf."))
    }

    @Test("refuse bytes that are no message of theirs")
    func malformed() throws {
        let made = try #require(try Self.pool().types[TestingV1.Everything.schema.fullName])
        let bytes: [UInt8] = [0x0a, 0x05, 0x00]
        #expect(throws: CodecError.self) { try made.json(of: SharedBytes(bytes)) }
    }

    /// A line for each field, with all that is declared of it.
    private static func lines(_ schema: MessageSchema) -> [String] {
        schema.fields.map { field in
            "\(field.number) \(field.name) \(field.jsonName) \(field.cardinality) "
                + "\(field.oneof.map(String.init) ?? "-") \(type(field.type))"
        }
    }

    private static func type(_ type: FieldType) -> String {
        switch type {
        case .message(let schema):
            let schema = schema()
            // Entries of maps are in no registry.
            return schema.fullName + (schema.fields.count == 2 ? " \(lines(schema))" : "")
        case .enumeration(let schema):
            return schema.fullName + schema.values.map { " \($0.number) \($0.name)" }.joined()
        default: return "\(type)"
        }
    }
}
