internal import CLinux
internal import Glibc

/// An epoll set and the handlers of its descriptors, for one thread.
///
/// An event names a slot and the generation of its use: an event that was fetched before its
/// descriptor was given up reaches nobody, not the next user of the slot.
@safe
final class Poller {
    private struct Slot {
        var generation: UInt32 = 0
        var descriptor: Int32 = -1
        var interest: Readiness = []
        var isSuspended = false
        var handler: (any DescriptorHandler)?
    }

    private let descriptor: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []

    /// The token of the wake-up descriptor, which has no handler.
    private static let wakeToken = UInt64.max
    private static let eventsPerTurn = 256

    /// Makes a set that holds only a wake-up descriptor.
    init(wakeDescriptor: Int32) throws(SystemError) {
        descriptor = try SystemCalls.createPoll()
        // Freed in `deinit`; the kernel fills it before it is read.
        unsafe events = .allocate(capacity: Self.eventsPerTurn)
        unsafe events.initialize(repeating: epoll_event())
        // Reported once per write: nobody needs to read it.
        try SystemCalls.control(
            poll: descriptor,
            operation: EPOLL_CTL_ADD,
            descriptor: wakeDescriptor,
            events: Readiness([.readable, .edge]).rawValue,
            token: Self.wakeToken
        )
    }

    deinit {
        SystemCalls.close(descriptor)
        unsafe events.deallocate()
    }

    /// Waits for events.
    ///
    /// - Parameter timeoutMilliseconds: the longest wait; negative for no limit.
    /// - Returns: how many there are, to be delivered before the next wait.
    func wait(timeoutMilliseconds: Int32) -> Int {
        // The buffer has one owner, this object, which is waiting.
        unsafe SystemCalls.wait(
            poll: descriptor,
            into: events,
            timeoutMilliseconds: timeoutMilliseconds
        )
    }

    /// Tells the handlers of the first `count` events that were waited for.
    func deliver(_ count: Int) {
        for index in 0..<count {
            // `wait` wrote at least `count` events.
            let event = unsafe events[index]
            let token = unsafe event.data.u64
            if token == Self.wakeToken { continue }
            let slot = Int(truncatingIfNeeded: token & 0xffff_ffff)
            guard slots[slot].generation == UInt32(truncatingIfNeeded: token >> 32),
                let handler = slots[slot].handler
            else { continue }
            handler.descriptorReady(Readiness(rawValue: unsafe event.events))
        }
    }

    func add(
        _ watched: Int32,
        _ interest: Readiness,
        _ handler: any DescriptorHandler
    ) throws(SystemError) -> DescriptorWatch {
        let place: UInt32
        if let free = freeSlots.popLast() {
            place = free
        } else {
            place = UInt32(slots.count)
            slots.append(Slot())
        }
        let watch = DescriptorWatch(slot: place, generation: slots[Int(place)].generation)
        do {
            try control(EPOLL_CTL_ADD, watched, interest, watch)
        } catch {
            freeSlots.append(place)
            throw error
        }
        slots[Int(place)].descriptor = watched
        slots[Int(place)].interest = interest
        slots[Int(place)].isSuspended = false
        slots[Int(place)].handler = handler
        return watch
    }

    /// Changes what is asked about, and ends a suspension.
    func change(_ watch: DescriptorWatch, to interest: Readiness) throws(SystemError) {
        let slot = Int(watch.slot)
        guard slots[slot].generation == watch.generation else { return }
        if slots[slot].isSuspended {
            try control(EPOLL_CTL_ADD, slots[slot].descriptor, interest, watch)
        } else if slots[slot].interest != interest {
            try control(EPOLL_CTL_MOD, slots[slot].descriptor, interest, watch)
        }
        slots[slot].interest = interest
        slots[slot].isSuspended = false
    }

    /// Reports nothing, not even an error, until the next change.
    func suspend(_ watch: DescriptorWatch) {
        let slot = Int(watch.slot)
        guard slots[slot].generation == watch.generation, !slots[slot].isSuspended else { return }
        // It is in the set: taking it out cannot fail.
        try? control(EPOLL_CTL_DEL, slots[slot].descriptor, [], watch)
        slots[slot].isSuspended = true
    }

    func remove(_ watch: DescriptorWatch) {
        suspend(watch)
        let slot = Int(watch.slot)
        guard slots[slot].generation == watch.generation else { return }
        slots[slot].generation &+= 1
        slots[slot].descriptor = -1
        slots[slot].handler = nil
        freeSlots.append(watch.slot)
    }

    /// Lets go of those who watch something; their watches are left to be removed.
    ///
    /// - Returns: who they were, in no order.
    func takeHandlers() -> [any DescriptorHandler] {
        var handlers: [any DescriptorHandler] = []
        for index in slots.indices {
            if let handler = slots[index].handler.take() { handlers.append(handler) }
        }
        return handlers
    }

    private func control(
        _ operation: Int32,
        _ watched: Int32,
        _ interest: Readiness,
        _ watch: DescriptorWatch
    ) throws(SystemError) {
        try SystemCalls.control(
            poll: descriptor,
            operation: operation,
            descriptor: watched,
            events: interest.rawValue,
            token: watch.token
        )
    }
}
