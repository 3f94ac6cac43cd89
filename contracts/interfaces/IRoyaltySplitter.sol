// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Fee, Payee, Share} from "../types/Structs.sol";

/// @title RoyaltySplitter
/// @notice Who earns what: a ledger in which every payment to a work is shared with everything the
/// work was built on. Paying is one write whatever the depth; `settle` moves a work's dues one step
/// up and may be called by anyone; nothing is pushed through a chain of strangers.
///
/// Token `address(0)` is ETH. A token must not change balances by itself (rebasing): wrap it.
/// A token that takes a fee on transfer is booked by what arrives. Every token stands alone.
///
/// A work's owner is the certificate's owner of the moment: undrawn and unsettled income goes with
/// the certificate.
/// @dev Words: income is gross, net is after parents, credit is undrawn net, balance is drawn.
interface IRoyaltySplitter {
    /// @notice A derivative's edge to one parent was opened, for ever.
    event EdgeOpened(
        uint256 indexed workId,
        uint256 indexed parent,
        uint256 licenseId,
        uint256 income,
        uint256 volume
    );
    /// @notice An address was fixed as payee of a work.
    event PayeeAdded(uint256 indexed workId, address indexed payee, uint256 share);
    /// @notice A work was paid. `payer` is its till where a till was swept.
    event Paid(
        uint256 indexed workId,
        address indexed token,
        address indexed payer,
        uint256 amount
    );
    /// @notice A fee of a payment was credited.
    event FeePaid(
        uint256 indexed workId,
        address indexed token,
        address indexed to,
        uint256 amount
    );
    /// @notice What a work owed for `income` and `volume` that were new moved to its parents.
    event Settled(uint256 indexed workId, address indexed token, uint256 income, uint256 volume);
    /// @notice A work's credit moved into balances.
    event Drawn(
        uint256 indexed workId,
        address indexed token,
        address indexed owner,
        uint256 amount
    );
    /// @notice The credit of a work without payees left the splitter at once: `Drawn` and `Withdrawn`
    /// in one, where `release` or `distribute` pays the owner's wallet or payout address.
    event Released(
        uint256 indexed workId,
        address indexed token,
        address indexed to,
        uint256 amount
    );
    /// @notice Money left the splitter.
    event Withdrawn(
        address indexed account,
        address indexed token,
        address indexed to,
        uint256 amount
    );
    /// @notice The owner named (or, with 0, unset) where `release` pays the owner's part.
    event PayoutSet(uint256 indexed workId, address indexed owner, address payout);
    /// @notice What lay in the till of a work of another chain was saved by its creator.
    event Rescued(address indexed till, address indexed token, address indexed to, uint256 amount);

    /// @notice Something that moves money was called while money was being moved.
    error Reentered();
    /// @notice Only this contract itself may call this.
    error OnlySelf(address caller);
    /// @notice Only the license contract may call this.
    error OnlyLicense(address caller);
    /// @notice No work of this id is certified.
    error UnknownWork(uint256 workId);
    /// @notice Parents must be listed in strictly ascending order of their ids.
    error ParentsNotAscending(uint256 before, uint256 parent);
    /// @notice More parents than a work may have.
    error TooManyParents(uint256 count, uint256 cap);
    /// @notice More payees than a work may have.
    error TooManyPayees(uint256 count, uint256 cap);
    /// @notice A payee needs an address, other than the splitter's, and a share.
    error InvalidPayee(address payee, uint256 share);
    /// @notice The payees' shares, and what an arbiter may take, are above 10,000 basis points together.
    error PayeesShareTooMuch(uint256 total);
    /// @notice A work would owe more than it earns: income and volume shares, in basis points.
    error OwesTooMuch(uint256 rel, uint256 vol);
    /// @notice The ETH sent is not the amount named.
    error WrongValue(uint256 sent, uint256 expected);
    /// @notice ETH can come only from a payment or from a till.
    error UnexpectedEther(address sender, uint256 amount);
    /// @notice Nothing arrived. Is the token's address right, and is there something to move?
    error NothingReceived(address token);
    /// @notice More arrived at once than the ledger takes (2^112 - 1).
    error AmountTooLarge(uint256 amount, uint256 cap);
    /// @notice The fees of a payment are more than what arrived.
    error FeesExceedPayment(uint256 fees, uint256 received);
    /// @notice The caller has no balance in this token.
    error NothingToWithdraw(address account, address token);
    /// @notice The receiver refused the ETH.
    error TransferFailed(address to, uint256 amount);
    /// @notice Only the certificate's owner may do this.
    error NotOwner(uint256 workId, address caller, address owner);
    /// @notice Only the creator of a work may do this.
    error NotCreator(address caller, address creator);
    /// @notice A work at home on this chain is swept, not rescued.
    error AtHome(uint256 homeChainId);
    /// @notice Only the arbiter may add a lien payee: once, and at most `cap` basis points.
    error LienNotAllowed(uint256 workId, address caller, uint256 share, uint256 cap);
    /// @notice Money cannot be sent to this address.
    error InvalidReceiver(address to);

    // ------------------------------------------------------------------- open

    /// @notice Fixes a work's parents and payees. For the license contract only.
    /// @param workId Certified work without a node.
    /// @param shares Parents and their shares, ascending by parent; at most 32.
    /// @param payees Co-earners of the net drawn; at most 32.
    /// @param tag Kept for the license contract; opaque here.
    function open(
        uint256 workId,
        Share[] calldata shares,
        Payee[] calldata payees,
        uint72 tag
    ) external;

    /// @notice Adds a payee for ever, who shares whatever is drawn from now on. For the owner: late
    /// attribution. What an arbiter may give to its lien payee stays free.
    /// @param share Basis points of the net; with the other payees' at most 10,000.
    function addPayee(uint256 workId, address to, uint16 share) external;

    /// @notice Adds the one payee that a work's arbiter may add, within the cap the creator signed.
    function addLien(uint256 workId, address to, uint16 share) external;

    // -------------------------------------------------------------------- pay

    /// @notice Pays a work from the caller's wallet.
    /// @param workId Certified work.
    /// @param token ERC-20 that the caller approved to this contract, or `address(0)` for ETH.
    /// @param amount In the token's smallest unit; equal to the value sent for ETH.
    /// @return received What was booked: for a token with a fee on transfer, what arrived.
    function pay(
        uint256 workId,
        address token,
        uint256 amount
    ) external payable returns (uint256 received);

    /// @notice Pays a work through the calling contract, which moves the money itself when it is
    /// called back (`IPaymentCallback.onPay`; not for ETH). Any market may use it.
    /// @param workId Certified work.
    /// @param token ERC-20, or `address(0)` for ETH.
    /// @param amount Passed to the callback; equal to the value sent for ETH.
    /// @param payer Whom the event names as the payer.
    /// @param fees Parts of what arrives that are credited to others.
    /// @return received What arrived, fees included.
    function payVia(
        uint256 workId,
        address token,
        uint256 amount,
        address payer,
        Fee[] calldata fees
    ) external payable returns (uint256 received);

    /// @notice Books what lies in a work's till, and any balance of the till here, as a payment to
    /// the work. Anyone may call.
    function sweep(
        address creator,
        bytes32 contentHash,
        address token
    ) external returns (uint256 received);

    /// @notice Sends what lies in the till of a work of another chain, and any balance of the till
    /// here, to `to`. For its creator.
    function rescue(
        address creator,
        bytes32 contentHash,
        uint256 homeChainId,
        address token,
        address to
    ) external returns (uint256 amount);

    // ----------------------------------------------------------------- settle

    /// @notice Moves what a work owes on its new income and volume to its parents. Anyone may call.
    function settle(uint256 workId, address token) external;

    /// @notice `settle` for a list of works; children before their parents moves most.
    function settleMany(uint256[] calldata path, address token) external;

    // --------------------------------------------------------------- withdraw

    /// @notice Moves a work's credit into the balances of its payees and current owner. Anyone may
    /// call.
    /// @return amount What was moved.
    function draw(uint256 workId, address token) external returns (uint256 amount);

    /// @notice Sends the caller's whole balance in `token` to `to`.
    function withdraw(address token, address to) external returns (uint256 amount);

    /// @notice Settles the works of `path` in order, draws the last of them and every other that
    /// the caller owns, then sends the caller's whole balance in `token` to `to`.
    /// @param path Works, children before parents, for example from a paid work up to one's own.
    function collect(
        uint256[] calldata path,
        address token,
        address to
    ) external returns (uint256 amount);

    /// @notice Draws a work and pays out whoever can be paid without being asked. Anyone may call.
    /// The owner's part goes to the payout address the owner set, else to an owner without code or
    /// with a key (`IIPRegistry.ownerAndKey`; who gets what waits as balance where nothing was left to draw). A payee that is another
    /// work's till is paid as that work; a payee without code gets its balance. What is left, and
    /// what a receiver refuses, stays balance.
    function release(uint256 workId, address token) external;

    /// @notice Sends a token, or reverts. For this contract itself, which so can have a transfer undone
    /// that the token denies to have made.
    function push(address token, address to, uint256 amount) external;

    /// @notice Settles the works of `path` in order, then releases those from index `from` on. Anyone
    /// may call. With 1 the first, often the paid work itself, keeps its credit.
    function distribute(uint256[] calldata path, uint256 from, address token) external;

    /// @notice Names where `release` pays the owner's part of what it draws; 0 unsets. Void once the certificate
    /// changes hands. For the owner.
    function setPayout(uint256 workId, address payout) external;

    // ------------------------------------------------------------------ reads

    /// @notice Undrawn net income of a work.
    function credit(uint256 workId, address token) external view returns (uint256);

    /// @notice Income and volume of a work that are not yet settled upward.
    function pending(
        uint256 workId,
        address token
    ) external view returns (uint256 income, uint256 volume);

    /// @notice What `settle` would move to each parent now.
    function whatSettleMoves(
        uint256 workId,
        address token
    ) external view returns (uint256[] memory parents, uint256[] memory amounts);

    /// @notice Drawn money of an address.
    function balances(address account, address token) external view returns (uint256);

    /// @notice A work's constants: sums of its shares in basis points, and how many parents and
    /// payees it has. All 0 for an original without payees, and for an unknown work.
    function node(
        uint256 workId
    ) external view returns (uint256 rel, uint256 vol, uint256 parents, uint256 payees, uint72 tag);

    /// @notice Parents of a work and their shares.
    function sharesOf(uint256 workId) external view returns (Share[] memory);

    /// @notice Payees of a work and their shares.
    function payeesOf(uint256 workId) external view returns (Payee[] memory);

    /// @notice Where `release` pays the owner's part; 0 where the current owner named nothing.
    function payoutOf(uint256 workId) external view returns (address);
}

/// @title IPaymentCallback
/// @notice What a market implements to pay through `payVia`.
interface IPaymentCallback {
    /// @notice Move `amount` of `token` from `payer` to the caller, the splitter.
    /// @dev Must accept calls from the splitter only, which makes it only while the market's own
    /// call of `payVia` runs.
    function onPay(address token, uint256 amount, address payer) external;
}
