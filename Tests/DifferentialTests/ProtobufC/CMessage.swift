import CProtobufC
import CTestMessages
import Glibc
import TestMessages
import Wire

/// A message in libprotobuf-c's form: a C struct and all it points to.
@safe
struct CMessage: ~Copyable {
    let pointer: UnsafeMutablePointer<ProtobufCMessage>

    /// Takes over a message; all of it lies in memory from `malloc`.
    init(adopting pointer: UnsafeMutablePointer<ProtobufCMessage>) {
        unsafe self.pointer = pointer
    }

    /// Decodes a message; nil if libprotobuf-c refuses the bytes.
    init?(unpacking bytes: [UInt8], as type: CMessageType) {
        let unpacked = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe protobuf_c_message_unpack(
                type.descriptor,
                nil,
                buffer.count,
                buffer.baseAddress
            )
        }
        guard let pointer = unsafe unpacked else { return nil }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe protobuf_c_message_free_unpacked(pointer, nil)
    }

    /// The message's binary form.
    func packed() -> [UInt8] {
        let size = unsafe protobuf_c_message_get_packed_size(pointer)
        guard size > 0 else {
            return []
        }
        // The size asked for on the line above is the size written.
        return unsafe Array(unsafeUninitializedCapacity: size) { buffer, count in
            count = unsafe protobuf_c_message_pack(pointer, buffer.baseAddress)
        }
    }
}

/// A message type in both codecs' tables.
@safe
struct CMessageType {
    /// Lives as long as the process.
    let descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    let schema: MessageSchema

    /// `sextant.testing.v1.Everything`; nil if libprotobuf-c's initialiser sets no descriptor.
    static func everything() -> CMessageType? {
        var message = unsafe Sextant__Testing__V1__Everything()
        unsafe sextant__testing__v1__everything__init(&message)
        return unsafe CMessageType(message.base.descriptor, TestingV1.Everything.schema)
    }

    /// `sextant.testing.v1.EventBatch`; nil if libprotobuf-c's initialiser sets no descriptor.
    static func eventBatch() -> CMessageType? {
        var message = unsafe Sextant__Testing__V1__EventBatch()
        unsafe sextant__testing__v1__event_batch__init(&message)
        return unsafe CMessageType(message.base.descriptor, TestingV1.EventBatch.schema)
    }

    // A global of C is imported by value, and a descriptor is known by its address: so it is taken
    // from an initialised message.
    private init?(
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>?,
        _ schema: MessageSchema
    ) {
        guard let descriptor = unsafe descriptor else { return nil }
        unsafe self.init(descriptor: descriptor, schema: schema)
    }

    init(descriptor: UnsafePointer<ProtobufCMessageDescriptor>, schema: MessageSchema) {
        unsafe self.descriptor = descriptor
        self.schema = schema
    }

    /// The fields, in order of their numbers.
    var fields: [CField] {
        let declared = unsafe UnsafeBufferPointer(
            start: descriptor.pointee.fields,
            count: Int(descriptor.pointee.n_fields)
        )
        return declared.indices.compactMap { index in
            let pointer = unsafe descriptor.pointee.fields + index
            let number = unsafe Int(pointer.pointee.id)
            return schema.fields.first { $0.number == number }.map {
                unsafe CField(descriptor: pointer, declared: $0)
            }
        }
    }
}

/// A field in both codecs' tables.
@safe
struct CField {
    let descriptor: UnsafePointer<ProtobufCFieldDescriptor>
    let declared: FieldSchema

    var name: String { declared.name }
    var number: UInt32 { unsafe descriptor.pointee.id }
    var type: ProtobufCType { unsafe descriptor.pointee.type }
    var isRepeated: Bool { unsafe descriptor.pointee.label == PROTOBUF_C_LABEL_REPEATED }

    /// libprotobuf-c has a map as its entries, in any order.
    var isMap: Bool { declared.cardinality == .map }

    /// Where the struct says which member of a oneof is set, if the field is one.
    var caseOffset: Int? {
        let flags = unsafe descriptor.pointee.flags
        return flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue == 0 ? nil : quantifierOffset
    }

    /// Where the struct has the number of elements or the member of a oneof that is set.
    var quantifierOffset: Int { unsafe Int(descriptor.pointee.quantifier_offset) }

    /// Where the struct has the value.
    var offset: Int { unsafe Int(descriptor.pointee.offset) }

    /// The message an element is.
    var messageType: CMessageType? {
        guard case .message(let schema) = declared.type,
            let pointer = unsafe descriptor.pointee.descriptor
        else { return nil }
        return unsafe CMessageType(
            descriptor: pointer.assumingMemoryBound(to: ProtobufCMessageDescriptor.self),
            schema: schema()
        )
    }

    /// The bytes one element takes in the struct or the array.
    var elementSize: Int {
        switch type {
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64,
            PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_DOUBLE:
            8
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_MESSAGE:
            unsafe MemoryLayout<UnsafeRawPointer>.size
        case PROTOBUF_C_TYPE_BYTES:
            unsafe MemoryLayout<ProtobufCBinaryData>.size
        default: 4
        }
    }
}
