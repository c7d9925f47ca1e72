import CProtobufC
import Glibc
import TestKit
import Testing

/// Fills C structs with random values, guided by libprotobuf-c's own descriptors.
///
/// Everything is allocated by `malloc`, so that `protobuf_c_message_free_unpacked` frees it.
@safe
struct RandomCMessage {
    private var generator: SeededGenerator
    private var remainingFields: Int

    /// Makes a message with at most so many fields, nested ones included.
    static func make(
        _ type: CMessageType,
        fieldCount: Int,
        using generator: inout SeededGenerator
    ) throws -> CMessage {
        var random = RandomCMessage(
            generator: generator,
            remainingFields: Int.random(in: 0...fieldCount, using: &generator)
        )
        let message = try unsafe random.message(type, depth: 1)
        generator = random.generator
        return unsafe CMessage(adopting: message)
    }

    private mutating func message(
        _ type: CMessageType,
        depth: Int
    ) throws -> UnsafeMutablePointer<ProtobufCMessage> {
        let memory = try unsafe Self.allocate(type.descriptor.pointee.sizeof_message)
        let message = unsafe memory.assumingMemoryBound(to: ProtobufCMessage.self)
        unsafe protobuf_c_message_init(type.descriptor, message)
        let fields = type.fields
        let limit = depth == 1 ? remainingFields : min(remainingFields, 6)
        let count = limit > 0 && !fields.isEmpty ? generator.number(in: 0...limit) : 0
        let chosen = Set((0..<count).map { _ in generator.pick(Array(fields.indices)) })
        var setCases = Set<Int>()
        for field in chosen.sorted().map({ fields[$0] }) {
            if field.messageType != nil && depth >= 6 { continue }
            remainingFields -= 1
            if let offset = field.caseOffset {
                if !setCases.insert(offset).inserted { continue }
                unsafe memory.storeBytes(of: field.number, toByteOffset: offset, as: UInt32.self)
            }
            if field.isRepeated {
                try unsafe setElements(of: field, in: memory, depth: depth)
            } else {
                try unsafe setElement(of: field, at: memory + field.offset, depth: depth)
            }
        }
        if generator.happens(onceIn: 4) { try unsafe addUnknownField(to: message) }
        return unsafe message
    }

    /// Adds a field whose number no message of the tests has.
    private mutating func addUnknownField(
        to message: UnsafeMutablePointer<ProtobufCMessage>
    ) throws {
        let bytes = generator.bytes()
        // Its contents as they are on the wire, so the length is one of them.
        let contents = [UInt8(bytes.count)] + bytes
        let memory = try unsafe Self.allocate(contents.count)
        unsafe memory.copyMemory(from: contents, byteCount: contents.count)
        let field = try unsafe Self.allocate(MemoryLayout<ProtobufCMessageUnknownField>.size)
            .bindMemory(to: ProtobufCMessageUnknownField.self, capacity: 1)
        unsafe field.pointee.tag = UInt32(generator.number(in: 1_000...100_000))
        unsafe field.pointee.wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED
        unsafe field.pointee.len = contents.count
        unsafe field.pointee.data = memory.assumingMemoryBound(to: UInt8.self)
        unsafe message.pointee.n_unknown_fields = 1
        unsafe message.pointee.unknown_fields = field
    }

    /// Sets the array of a repeated field; the entries of a map have distinct keys.
    private mutating func setElements(
        of field: CField,
        in memory: UnsafeMutableRawPointer,
        depth: Int
    ) throws {
        let capacity = generator.number(in: 1...5)
        let elements = try unsafe Self.allocate(capacity * field.elementSize)
        var count = 0
        var keys = Set<[UInt8]>()
        for _ in 0..<capacity {
            let place = unsafe elements + count * field.elementSize
            if field.isMap, let type = field.messageType {
                let entry = try unsafe entry(type, depth: depth)
                if try unsafe !keys.insert(Self.keyBytes(of: entry, type)).inserted {
                    unsafe protobuf_c_message_free_unpacked(entry, nil)
                    continue
                }
                unsafe place.storeBytes(of: entry, as: UnsafeMutablePointer<ProtobufCMessage>.self)
            } else {
                try unsafe setElement(of: field, at: place, depth: depth)
            }
            count += 1
        }
        unsafe memory.storeBytes(of: count, toByteOffset: field.quantifierOffset, as: Int.self)
        unsafe memory.storeBytes(
            of: elements,
            toByteOffset: field.offset,
            as: UnsafeMutableRawPointer.self
        )
    }

    /// Makes a map entry with both its fields.
    private mutating func entry(
        _ type: CMessageType,
        depth: Int
    ) throws -> UnsafeMutablePointer<ProtobufCMessage> {
        let memory = try unsafe Self.allocate(type.descriptor.pointee.sizeof_message)
        let entry = unsafe memory.assumingMemoryBound(to: ProtobufCMessage.self)
        unsafe protobuf_c_message_init(type.descriptor, entry)
        for field in type.fields {
            try unsafe setElement(of: field, at: memory + field.offset, depth: depth + 1)
        }
        return unsafe entry
    }

    /// Bytes that are equal for equal keys.
    private static func keyBytes(
        of entry: UnsafeMutablePointer<ProtobufCMessage>,
        _ type: CMessageType
    ) throws -> [UInt8] {
        let key = try #require(type.fields.first)
        let place = unsafe UnsafeRawPointer(entry) + key.offset
        if key.type == PROTOBUF_C_TYPE_STRING {
            let text = unsafe place.load(as: UnsafePointer<CChar>.self)
            return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
        }
        return unsafe Array(UnsafeRawBufferPointer(start: place, count: key.elementSize))
    }

    // MARK: Values

    private mutating func setElement(
        of field: CField,
        at place: UnsafeMutableRawPointer,
        depth: Int
    ) throws {
        // libprotobuf-c 1.4.1 takes -0.0 for the default of a field without presence and drops it.
        let isImplicit = field.caseOffset == nil && !field.isRepeated
        switch field.type {
        case PROTOBUF_C_TYPE_DOUBLE:
            let value = generator.double()
            unsafe place.storeBytes(of: value == 0 && isImplicit ? 0 : value, as: Double.self)
        case PROTOBUF_C_TYPE_FLOAT:
            let value = generator.float()
            unsafe place.storeBytes(of: value == 0 && isImplicit ? 0 : value, as: Float.self)
        case PROTOBUF_C_TYPE_BOOL:
            unsafe place.storeBytes(of: Int32(generator.number(in: 0...1)), as: Int32.self)
        case PROTOBUF_C_TYPE_STRING:
            try unsafe setString(at: place)
        case PROTOBUF_C_TYPE_BYTES:
            try unsafe setBytes(at: place)
        case PROTOBUF_C_TYPE_MESSAGE:
            let type = try #require(field.messageType)
            let message = try unsafe message(type, depth: depth + 1)
            unsafe place.storeBytes(of: message, as: UnsafeMutablePointer<ProtobufCMessage>.self)
        default:
            let bits = generator.integerBits()
            if field.elementSize == 8 {
                unsafe place.storeBytes(of: bits, as: UInt64.self)
            } else {
                unsafe place.storeBytes(of: UInt32(truncatingIfNeeded: bits), as: UInt32.self)
            }
        }
    }

    private mutating func setString(at place: UnsafeMutableRawPointer) throws {
        let text = Array(generator.text(withNUL: false).utf8)
        let memory = try unsafe Self.allocate(text.count + 1)
        // A zeroed byte more than the text: its end.
        unsafe memory.copyMemory(from: text, byteCount: text.count)
        unsafe place.storeBytes(of: memory, as: UnsafeMutableRawPointer.self)
    }

    private mutating func setBytes(at place: UnsafeMutableRawPointer) throws {
        let bytes = generator.bytes()
        let memory = try unsafe Self.allocate(max(bytes.count, 1))
        unsafe memory.copyMemory(from: bytes, byteCount: bytes.count)
        let value = unsafe ProtobufCBinaryData(
            len: bytes.count,
            data: memory.assumingMemoryBound(to: UInt8.self)
        )
        unsafe place.storeBytes(of: value, as: ProtobufCBinaryData.self)
    }

    /// Zeroed memory that the caller frees.
    private static func allocate(_ size: Int) throws -> UnsafeMutableRawPointer {
        try unsafe #require(calloc(1, size))
    }
}
