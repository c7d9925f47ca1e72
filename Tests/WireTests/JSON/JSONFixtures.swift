@testable import Wire

/// The tables the JSON tests work with, written by hand, and short ways in and out.
enum Fixture {
    static let color = EnumSchema(
        "test.Color",
        [
            (0, "COLOR_UNSPECIFIED"), (1, "RED"), (2, "GREEN"), (2, "VERT"), (-1, "NEGATIVE"),
            (900, "FAR"),
        ]
    )
    static let nullValue = EnumSchema("google.protobuf.NullValue", [(0, "NULL_VALUE")])

    static func entry(_ key: FieldType, _ value: FieldType) -> FieldType {
        let schema = MessageSchema(
            "",
            [FieldSchema(1, "key", key), FieldSchema(2, "value", value)]
        )
        return .message { schema }
    }

    /// Every kind of field there is, some in a message that contains itself.
    static let all: MessageSchema = MessageSchema(
        "test.All",
        [
            FieldSchema(1, "f_int32", .int32),
            FieldSchema(2, "f_int64", .int64),
            FieldSchema(3, "f_uint32", .uint32),
            FieldSchema(4, "f_uint64", .uint64),
            FieldSchema(5, "f_sint32", .sint32),
            FieldSchema(6, "f_sint64", .sint64),
            FieldSchema(7, "f_fixed32", .fixed32),
            FieldSchema(8, "f_fixed64", .fixed64),
            FieldSchema(9, "f_sfixed32", .sfixed32),
            FieldSchema(10, "f_sfixed64", .sfixed64),
            FieldSchema(11, "f_float", .float),
            FieldSchema(12, "f_double", .double),
            FieldSchema(13, "f_bool", .bool),
            FieldSchema(14, "f_string", .string),
            FieldSchema(15, "f_bytes", .bytes),
            FieldSchema(16, "f_color", .enumeration(color)),
            FieldSchema(17, "f_message", .message { all }, .explicit),
            FieldSchema(21, "o_int32", .int32, .explicit),
            FieldSchema(22, "o_string", .string, .explicit),
            FieldSchema(23, "o_double", .double, .explicit),
            FieldSchema(31, "r_int32", .int32, .packed),
            FieldSchema(32, "r_string", .string, .repeated),
            FieldSchema(33, "r_message", .message { all }, .repeated),
            FieldSchema(34, "r_color", .enumeration(color), .packed),
            FieldSchema(35, "r_double", .double, .packed),
            FieldSchema(36, "r_uint64", .uint64, .repeated),
            FieldSchema(37, "r_bytes", .bytes, .repeated),
            FieldSchema(38, "r_bool", .bool, .packed),
            FieldSchema(41, "m_string", entry(.string, .string), .map),
            FieldSchema(42, "m_int32", entry(.int32, .int64), .map),
            FieldSchema(43, "m_bool", entry(.bool, .bytes), .map),
            FieldSchema(44, "m_message", entry(.string, .message { all }), .map),
            FieldSchema(45, "m_color", entry(.uint64, .enumeration(color)), .map),
            FieldSchema(46, "m_sint64", entry(.sint64, .double), .map),
            FieldSchema(51, "one_uint32", .uint32, .explicit, oneof: 0),
            FieldSchema(52, "one_string", .string, .explicit, oneof: 0),
            FieldSchema(53, "one_message", .message { all }, .explicit, oneof: 0),
            FieldSchema(54, "one_null", .enumeration(nullValue), .explicit, oneof: 0),
            FieldSchema(61, "timestamp", .message { timestamp }, .explicit),
            FieldSchema(62, "duration", .message { duration }, .explicit),
            FieldSchema(63, "mask", .message { fieldMask }, .explicit),
            FieldSchema(64, "structure", .message { structure }, .explicit),
            FieldSchema(65, "value", .message { value }, .explicit),
            FieldSchema(66, "list", .message { list }, .explicit),
            FieldSchema(67, "any", .message { any }, .explicit),
            FieldSchema(68, "empty", .message { empty }, .explicit),
            FieldSchema(69, "null", .enumeration(nullValue)),
            FieldSchema(71, "w_int64", .message { int64Value }, .explicit),
            FieldSchema(72, "w_string", .message { stringValue }, .explicit),
            FieldSchema(73, "w_bool", .message { boolValue }, .explicit),
            FieldSchema(74, "w_double", .message { doubleValue }, .explicit),
            FieldSchema(75, "w_bytes", .message { bytesValue }, .explicit),
            FieldSchema(76, "rw_int64", .message { int64Value }, .repeated),
            FieldSchema(77, "r_value", .message { value }, .repeated),
            FieldSchema(78, "m_value", entry(.string, .message { value }), .map),
            FieldSchema(79, "r_any", .message { any }, .repeated),
            FieldSchema(200, "far", .int32),
            FieldSchema(201, "odd", .int32, json: "an \"odd\" name"),
        ]
    )

    static let timestamp: MessageSchema = MessageSchema(
        "google.protobuf.Timestamp",
        [FieldSchema(1, "seconds", .int64), FieldSchema(2, "nanos", .int32)]
    )
    static let duration: MessageSchema = MessageSchema(
        "google.protobuf.Duration",
        [FieldSchema(1, "seconds", .int64), FieldSchema(2, "nanos", .int32)]
    )
    static let fieldMask: MessageSchema = MessageSchema(
        "google.protobuf.FieldMask",
        [FieldSchema(1, "paths", .string, .repeated)]
    )
    static let structure: MessageSchema = MessageSchema(
        "google.protobuf.Struct",
        [FieldSchema(1, "fields", entry(.string, .message { value }), .map)]
    )
    static let value: MessageSchema = MessageSchema(
        "google.protobuf.Value",
        [
            FieldSchema(1, "null_value", .enumeration(nullValue), .explicit, oneof: 0),
            FieldSchema(2, "number_value", .double, .explicit, oneof: 0),
            FieldSchema(3, "string_value", .string, .explicit, oneof: 0),
            FieldSchema(4, "bool_value", .bool, .explicit, oneof: 0),
            FieldSchema(5, "struct_value", .message { structure }, .explicit, oneof: 0),
            FieldSchema(6, "list_value", .message { list }, .explicit, oneof: 0),
        ]
    )
    static let list: MessageSchema = MessageSchema(
        "google.protobuf.ListValue",
        [FieldSchema(1, "values", .message { value }, .repeated)]
    )
    static let any: MessageSchema = MessageSchema(
        "google.protobuf.Any",
        [FieldSchema(1, "type_url", .string), FieldSchema(2, "value", .bytes)]
    )
    static let empty: MessageSchema = MessageSchema("google.protobuf.Empty", [])
    static let int64Value: MessageSchema = wrapper("Int64Value", .int64)
    static let stringValue: MessageSchema = wrapper("StringValue", .string)
    static let boolValue: MessageSchema = wrapper("BoolValue", .bool)
    static let doubleValue: MessageSchema = wrapper("DoubleValue", .double)
    static let bytesValue: MessageSchema = wrapper("BytesValue", .bytes)

    private static func wrapper(_ name: String, _ type: FieldType) -> MessageSchema {
        MessageSchema("google.protobuf.\(name)", [FieldSchema(1, "value", type)])
    }

    static let types = TypeRegistry([
        all, timestamp, duration, fieldMask, structure, value, list, any, empty, int64Value,
    ])

    static let options: JSONOptions = JSONOptions(types: types)

    /// Reads JSON.
    static func wire(
        _ json: some Sequence<UInt8>,
        as schema: MessageSchema = all,
        _ options: JSONOptions = Fixture.options
    ) throws(CodecError) -> [UInt8] {
        let text = Array(json)
        let buffer = try JSONParser.parse(text.rawBytes, as: schema, options: options)
        return Array(copying: buffer.bytes)
    }

    /// Prints JSON, after validating and ordering the message as `Message` does.
    static func json(
        _ wire: [UInt8],
        as schema: MessageSchema = all,
        _ options: JSONOptions = Fixture.options
    ) throws(CodecError) -> String {
        let bytes = wire.rawBytes
        var output = OutputBuffer()
        if try WireValidator.validate(bytes, as: schema, limits: .standard) {
            let ordered = WireNormalizer.normalize(bytes, as: schema)
            try JSONPrinter.print(ordered.bytes, as: schema, options: options, to: &output)
        } else {
            try JSONPrinter.print(bytes, as: schema, options: options, to: &output)
        }
        return String(decoding: Array(copying: output.bytes), as: UTF8.self)
    }

    /// Reads JSON and prints it again.
    static func roundTrip(
        _ json: String,
        as schema: MessageSchema = all,
        _ options: JSONOptions = Fixture.options
    ) throws(CodecError) -> String {
        try self.json(wire(json.utf8, as: schema, options), as: schema, options)
    }

    /// The error of reading a text, or nil if it reads.
    static func error(
        _ json: some Sequence<UInt8>,
        as schema: MessageSchema = all,
        _ options: JSONOptions = Fixture.options
    ) -> CodecError? {
        do {
            _ = try wire(json, as: schema, options)
            return nil
        } catch {
            return error
        }
    }
}
