internal import CLinux

/// What a descriptor is ready for, or what is asked about.
public struct Readiness: OptionSet, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Wraps the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// There are bytes or connections to take, or the end of the stream.
    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// There is room to write, or a connection attempt has ended.
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// Both directions are shut.
    ///
    /// Reported without being asked for.
    public static let hangUp = Readiness(rawValue: EPOLLHUP.rawValue)
    /// The kernel keeps an error for the descriptor.
    ///
    /// Reported without being asked for.
    public static let error = Readiness(rawValue: EPOLLERR.rawValue)

    /// Of several loops that watch one descriptor, not all are woken.
    ///
    /// Such a watch cannot be changed, only suspended and resumed.
    static let exclusive = Readiness(rawValue: EPOLLEXCLUSIVE.rawValue)
    /// Reported once per change instead of for as long as it lasts.
    static let edge = Readiness(rawValue: EPOLLET.rawValue)
}

/// Is told when a descriptor is ready; see ``EventLoop/watch(_:for:handler:)``.
public protocol DescriptorHandler: AnyObject {
    /// The descriptor is ready for what was asked, or has hung up, or has an error. On the loop;
    /// repeated every turn for as long as it lasts.
    func descriptorReady(_ readiness: Readiness)

    /// The loop stops: the descriptor will not be reported again. On the loop.
    func loopStopped()
}

/// A descriptor that a loop watches.
public struct DescriptorWatch: Sendable, Hashable {
    let slot: UInt32
    let generation: UInt32

    /// What the kernel hands back with an event.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}
