// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {Till} from "./Till.sol";
import {IDeployer} from "./interfaces/IDeployer.sol";
import {IIPRegistry} from "./interfaces/IIPRegistry.sol";
import {IPaymentCallback, IRoyaltySplitter} from "./interfaces/IRoyaltySplitter.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {Tills} from "./libraries/Tills.sol";
import {Fee, Payee, Share} from "./types/Structs.sol";

/// @title RoyaltySplitter
/// @notice See `IRoyaltySplitter`.
contract RoyaltySplitter is IRoyaltySplitter {
    using Ledger for uint256;
    using SafeTransferLib for address;

    uint256 internal constant MAX_PARENTS = 32;
    uint256 internal constant MAX_PAYEES = 32;
    /// @dev Gas for a token's transfer and for ETH that nobody asked for.
    uint256 internal constant TRANSFER_GAS = 200_000;
    uint256 internal constant ETHER_GAS = 50_000;

    /// @dev Two slots as `Ledger` lays them out; the second is for works that owe both kinds.
    struct Account {
        uint256 first;
        uint256 second;
    }

    IIPRegistry internal immutable REGISTRY;
    address internal immutable LICENSE;
    bytes32 internal immutable TILL_CODE_HASH;

    mapping(uint256 workId => uint256) internal _node;
    mapping(uint256 workId => uint256[MAX_PARENTS]) internal _edges;
    /// @dev Payee 160 | share 14.
    mapping(uint256 workId => uint256[MAX_PAYEES]) internal _payees;
    /// @dev For works with payees: all that was drawn since the last payee was added, modulo
    /// 10,000 | number of payees then 6.
    mapping(uint256 workId => mapping(address token => uint256)) internal _drawPhase;
    /// @dev Payout address 160 | transfers of the certificate when it was set 32.
    mapping(uint256 workId => uint256) internal _payout;

    /// @dev Whether the arbiter has added its one payee.
    mapping(uint256 workId => bool) internal _hasLien;

    /// @inheritdoc IRoyaltySplitter
    mapping(address account => mapping(address token => uint256)) public balances;

    bool internal transient _locked;
    address internal transient _till;

    /// @dev One lock over everything that moves or measures money.
    modifier lock() {
        if (_locked) revert Reentered();
        _locked = true;
        _;
        _locked = false;
    }

    constructor() {
        IDeployer deployer = IDeployer(msg.sender);
        REGISTRY = IIPRegistry(deployer.addressAt(0));
        LICENSE = deployer.addressAt(2);
        TILL_CODE_HASH = keccak256(type(Till).creationCode);
    }

    receive() external payable {
        if (msg.sender != _till) revert UnexpectedEther(msg.sender, msg.value);
    }

    // ------------------------------------------------------------------- open

    /// @inheritdoc IRoyaltySplitter
    function open(
        uint256 workId,
        Share[] calldata shares,
        Payee[] calldata payees,
        uint72 tag
    ) external {
        if (msg.sender != LICENSE) revert OnlyLicense(msg.sender);
        if (shares.length > MAX_PARENTS) revert TooManyParents(shares.length, MAX_PARENTS);
        uint256 rel;
        uint256 vol;
        uint256 before;
        for (uint256 i; i < shares.length; ++i) {
            Share calldata share = shares[i];
            uint256 parent = share.parent;
            if (parent <= before) revert ParentsNotAscending(before, parent);
            before = parent;
            rel += share.income;
            vol += share.volume + _node[parent].volOf();
            _edges[workId][i] = Ledger.packEdge(
                parent,
                share.income,
                share.volume,
                share.licenseId
            );
            emit EdgeOpened(workId, parent, share.licenseId, share.income, share.volume);
        }
        if (rel + vol > Ledger.WHOLE) revert OwesTooMuch(rel, vol);

        _storePayees(workId, payees);
        _node[workId] = Ledger.packNode(rel, vol, shares.length, payees.length, tag);
    }

    /// @inheritdoc IRoyaltySplitter
    function addPayee(uint256 workId, address to, uint16 share) external {
        (address owner, , ) = REGISTRY.ownership(workId);
        if (msg.sender != owner) revert NotOwner(workId, msg.sender, owner);
        // What the arbiter may still take stays free.
        _addPayee(workId, to, share, _hasLien[workId] ? 0 : _lienCap(workId));
    }

    /// @inheritdoc IRoyaltySplitter
    function addLien(uint256 workId, address to, uint16 share) external {
        (address arbiter, , uint256 cap) = REGISTRY.arbiterOf(workId);
        if (msg.sender != arbiter || _hasLien[workId] || share > cap) {
            revert LienNotAllowed(workId, msg.sender, share, cap);
        }
        _hasLien[workId] = true;
        _addPayee(workId, to, share, 0);
    }

    function _addPayee(uint256 workId, address to, uint16 share, uint256 reserved) internal {
        uint256 packed = _node[workId];
        uint256 count = packed.payeesOf();
        // A place is kept for a lien payee, like its share.
        uint256 places = reserved == 0 ? MAX_PAYEES : MAX_PAYEES - 1;
        if (count >= places) revert TooManyPayees(count + 1, places);
        uint256 total = reserved + share;
        for (uint256 i; i < count; ++i) {
            total += _payees[workId][i] >> 160;
        }
        if (total > Ledger.WHOLE) revert PayeesShareTooMuch(total);
        _storePayee(workId, count, to, share);
        _node[workId] = packed.addPayeeTo();
        REGISTRY.encumber(workId, keccak256(abi.encode(to, share)));
    }

    function _storePayees(uint256 workId, Payee[] calldata payees) internal {
        uint256 total = _lienCap(workId);
        uint256 places = total == 0 ? MAX_PAYEES : MAX_PAYEES - 1;
        if (payees.length > places) revert TooManyPayees(payees.length, places);
        for (uint256 i; i < payees.length; ++i) {
            total += payees[i].share;
            _storePayee(workId, i, payees[i].to, payees[i].share);
        }
        if (total > Ledger.WHOLE) revert PayeesShareTooMuch(total);
    }

    function _storePayee(uint256 workId, uint256 index, address to, uint16 share) internal {
        if (to == address(0) || to == address(this) || share == 0) revert InvalidPayee(to, share);
        _payees[workId][index] = uint256(uint160(to)) | (uint256(share) << 160);
        emit PayeeAdded(workId, to, share);
    }

    /// @dev What the arbiter may give to a lien payee.
    function _lienCap(uint256 workId) internal view returns (uint256 cap) {
        (, , cap) = REGISTRY.arbiterOf(workId);
    }

    // -------------------------------------------------------------------- pay

    /// @inheritdoc IRoyaltySplitter
    function pay(
        uint256 workId,
        address token,
        uint256 amount
    ) external payable lock returns (uint256 received) {
        if (token == address(0)) {
            received = _checkEther(amount);
        } else {
            if (msg.value != 0) revert WrongValue(msg.value, 0);
            uint256 before = token.balanceOf(address(this));
            token.safeTransferFrom(msg.sender, address(this), amount);
            received = _arrived(token, before);
        }
        _book(workId, token, received, msg.sender);
    }

    /// @inheritdoc IRoyaltySplitter
    function payVia(
        uint256 workId,
        address token,
        uint256 amount,
        address payer,
        Fee[] calldata fees
    ) external payable lock returns (uint256 received) {
        if (token == address(0)) {
            received = _checkEther(amount);
        } else {
            if (msg.value != 0) revert WrongValue(msg.value, 0);
            uint256 before = token.balanceOf(address(this));
            // Under the lock: what arrives is measured before any fee is credited.
            // slither-disable-next-line reentrancy-benign
            IPaymentCallback(msg.sender).onPay(token, amount, payer);
            received = _arrived(token, before);
        }
        uint256 total;
        for (uint256 i; i < fees.length; ++i) {
            Fee calldata fee = fees[i];
            total += fee.amount;
            if (fee.to == address(0) || fee.to == address(this)) revert InvalidReceiver(fee.to);
            balances[fee.to][token] += fee.amount;
            emit FeePaid(workId, token, fee.to, fee.amount);
        }
        if (total > received) revert FeesExceedPayment(total, received);
        if (received > total) _book(workId, token, received - total, payer);
    }

    /// @inheritdoc IRoyaltySplitter
    function sweep(
        address creator,
        bytes32 contentHash,
        address token
    ) external lock returns (uint256 received) {
        address till = _openTill(creator, contentHash, block.chainid);
        received = _clear(till, token);
        uint256 before = _holds(address(this), token);
        _till = till;
        // Under the lock; a till calls the token only.
        // slither-disable-next-line reentrancy-benign
        _forward(till, token, address(this), received == 0);
        _till = address(0);
        uint256 holds = _holds(address(this), token);
        if (holds > before) received += holds - before;
        // Refuses to book nothing; whoever adds a wei to the till only helps.
        // slither-disable-next-line incorrect-equality
        if (received == 0) revert NothingReceived(token);
        _book(Tills.idOf(till), token, received, till);
    }

    /// @inheritdoc IRoyaltySplitter
    function rescue(
        address creator,
        bytes32 contentHash,
        uint256 homeChainId,
        address token,
        address to
    ) external lock returns (uint256 amount) {
        if (msg.sender != creator) revert NotCreator(msg.sender, creator);
        if (homeChainId == block.chainid) revert AtHome(homeChainId);
        if (to == address(0) || to == address(this)) revert InvalidReceiver(to);
        address till = _openTill(creator, contentHash, homeChainId);
        uint256 credited = _clear(till, token);
        amount = _forward(till, token, to, credited == 0);
        if (credited != 0) _pay(token, to, credited);
        amount += credited;
        emit Rescued(till, token, to, amount);
    }

    // ----------------------------------------------------------------- settle

    /// @inheritdoc IRoyaltySplitter
    function settle(uint256 workId, address token) external lock {
        if (!_settle(workId, token)) _requireWork(workId);
    }

    /// @inheritdoc IRoyaltySplitter
    function settleMany(uint256[] calldata path, address token) external lock {
        for (uint256 i; i < path.length; ++i) {
            if (!_settle(path[i], token)) _requireWork(path[i]);
        }
    }

    // --------------------------------------------------------------- withdraw

    /// @inheritdoc IRoyaltySplitter
    function draw(uint256 workId, address token) external lock returns (uint256 amount) {
        (address owner, , ) = REGISTRY.ownership(workId);
        return _draw(workId, token, owner);
    }

    /// @inheritdoc IRoyaltySplitter
    function withdraw(address token, address to) external lock returns (uint256 amount) {
        return _withdraw(token, to, 0);
    }

    /// @inheritdoc IRoyaltySplitter
    function collect(
        uint256[] calldata path,
        address token,
        address to
    ) external lock returns (uint256 amount) {
        for (uint256 i; i < path.length; ++i) {
            _settle(path[i], token);
        }
        // What the caller earns as an owner goes straight out; it never rests in the balance.
        uint256 own;
        for (uint256 i; i < path.length; ++i) {
            uint256 workId = path[i];
            (address owner, , ) = REGISTRY.ownership(workId);
            if (owner == msg.sender) own += _take(workId, token, owner);
            else if (i == path.length - 1) _draw(workId, token, owner);
        }
        return _withdraw(token, to, own);
    }

    /// @inheritdoc IRoyaltySplitter
    function release(uint256 workId, address token) external lock {
        _release(workId, token);
    }

    /// @inheritdoc IRoyaltySplitter
    function distribute(uint256[] calldata path, uint256 from, address token) external lock {
        for (uint256 i; i < path.length; ++i) {
            if (!_settle(path[i], token) && i < from) _requireWork(path[i]);
        }
        for (uint256 i = from; i < path.length; ++i) {
            _release(path[i], token);
        }
    }

    /// @inheritdoc IRoyaltySplitter
    function setPayout(uint256 workId, address payout) external {
        (address owner, uint256 transfers, ) = REGISTRY.ownership(workId);
        if (msg.sender != owner) revert NotOwner(workId, msg.sender, owner);
        if (payout == address(this)) revert InvalidReceiver(payout);
        _payout[workId] = payout == address(0) ? 0 : uint160(payout) | (transfers << 160);
        _node[workId] = _node[workId].withPayout(payout != address(0));
        emit PayoutSet(workId, owner, payout);
    }

    // ------------------------------------------------------------------ reads

    /// @inheritdoc IRoyaltySplitter
    function credit(uint256 workId, address token) external view returns (uint256) {
        return _account(workId, token).first.creditOf();
    }

    /// @inheritdoc IRoyaltySplitter
    function pending(
        uint256 workId,
        address token
    ) external view returns (uint256 income, uint256 volume) {
        (, , income, , volume, ) = _waiting(_node[workId], _account(workId, token));
    }

    /// @inheritdoc IRoyaltySplitter
    function whatSettleMoves(
        uint256 workId,
        address token
    ) external view returns (uint256[] memory parents, uint256[] memory amounts) {
        uint256 packed = _node[workId];
        (, , uint256 income, uint256 incomePhase, uint256 volume, uint256 volumePhase) = _waiting(
            packed,
            _account(workId, token)
        );
        parents = new uint256[](packed.parentsOf());
        amounts = new uint256[](parents.length);
        for (uint256 i; i < parents.length; ++i) {
            (parents[i], amounts[i]) = Ledger.dueTo(
                _edges[workId][i],
                income,
                incomePhase,
                volume,
                volumePhase
            );
        }
    }

    /// @inheritdoc IRoyaltySplitter
    function node(
        uint256 workId
    )
        external
        view
        returns (uint256 rel, uint256 vol, uint256 parents, uint256 payees, uint72 tag)
    {
        uint256 packed = _node[workId];
        return (
            packed.relOf(),
            packed.volOf(),
            packed.parentsOf(),
            packed.payeesOf(),
            packed.tagOf()
        );
    }

    /// @inheritdoc IRoyaltySplitter
    function sharesOf(uint256 workId) external view returns (Share[] memory shares) {
        shares = new Share[](_node[workId].parentsOf());
        for (uint256 i; i < shares.length; ++i) {
            (uint256 parent, uint256 income, uint256 volume, uint256 licenseId) = Ledger.unpackEdge(
                _edges[workId][i]
            );
            shares[i] = Share(parent, uint16(income), uint16(volume), uint64(licenseId));
        }
    }

    /// @inheritdoc IRoyaltySplitter
    function payeesOf(uint256 workId) external view returns (Payee[] memory payees) {
        payees = new Payee[](_node[workId].payeesOf());
        for (uint256 i; i < payees.length; ++i) {
            uint256 packed = _payees[workId][i];
            payees[i] = Payee(address(uint160(packed)), uint16(packed >> 160));
        }
    }

    /// @inheritdoc IRoyaltySplitter
    function payoutOf(uint256 workId) external view returns (address) {
        (, uint256 transfers, ) = REGISTRY.ownership(workId);
        return _payoutOf(workId, transfers);
    }

    // ------------------------------------------------------- the ledger inside

    /// @dev Books a payment: income, volume and net of the work grow at once.
    function _book(uint256 workId, address token, uint256 amount, address payer) internal {
        if (amount > Ledger.MAX_AMOUNT) revert AmountTooLarge(amount, Ledger.MAX_AMOUNT);
        uint256 packed = _node[workId];
        if (packed == 0) _requireWork(workId);
        uint256 rel = packed.relOf();
        uint256 vol = packed.volOf();
        Account storage account = _account(workId, token);
        uint256 first = account.first.addNet(amount * (Ledger.WHOLE - rel - vol));
        if (rel | vol != 0) {
            first = first.addPending(amount);
            if (rel != 0 && vol != 0) account.second = account.second.addVolume(amount);
        }
        account.first = first;
        emit Paid(workId, token, payer, amount);
    }

    /// @dev Moves what waits at a work to its parents. Returns whether it owes anything to any, which
    /// proves that it is certified.
    function _settle(uint256 workId, address token) internal returns (bool owes) {
        uint256 packed = _node[workId];
        if (packed.relOf() | packed.volOf() == 0) return false;
        uint256 income;
        uint256 incomePhase;
        uint256 volume;
        uint256 volumePhase;
        {
            Account storage account = _account(workId, token);
            uint256 first;
            uint256 second;
            (first, second, income, incomePhase, volume, volumePhase) = _waiting(packed, account);
            if (income | volume == 0) return true;
            account.first = first;
            if (second != 0) account.second = second;
        }
        emit Settled(workId, token, income, volume);

        uint256 parents = packed.parentsOf();
        uint256[MAX_PARENTS] storage edges = _edges[workId];
        for (uint256 i; i < parents; ++i) {
            (uint256 parent, uint256 inflow) = Ledger.dueTo(
                edges[i],
                income,
                incomePhase,
                volume,
                volumePhase
            );
            _inflow(parent, token, inflow, volume);
        }
        return true;
    }

    /// @dev What waits at a work, and its account once that is taken. `second` is 0 where unused.
    function _waiting(
        uint256 packed,
        Account storage account
    )
        internal
        view
        returns (
            uint256 first,
            uint256 second,
            uint256 income,
            uint256 incomePhase,
            uint256 volume,
            uint256 volumePhase
        )
    {
        first = account.first;
        uint256 vol = packed.volOf();
        if (packed.relOf() != 0) {
            (first, income, incomePhase) = first.takePending();
            if (vol != 0) (second, volume, volumePhase) = account.second.takeVolume();
        } else if (vol != 0) {
            (first, volume, volumePhase) = first.takePending();
        }
    }

    /// @dev Royalties of `inflow` reach a work as income; `volume` downstream of it is noted where
    /// the work itself owes volume shares.
    function _inflow(uint256 workId, address token, uint256 inflow, uint256 volume) internal {
        uint256 packed = _node[workId];
        uint256 rel = packed.relOf();
        if (packed.volOf() == 0) volume = 0;
        if (inflow | volume == 0) return;
        if (inflow > Ledger.MAX_AMOUNT) revert AmountTooLarge(inflow, Ledger.MAX_AMOUNT);

        Account storage account = _account(workId, token);
        uint256 first = account.first.addNet(inflow * (Ledger.WHOLE - rel));
        if (rel != 0) {
            first = first.addPending(inflow);
            if (volume != 0) account.second = account.second.addVolume(volume);
        } else if (volume != 0) {
            first = first.addPending(volume);
        }
        account.first = first;
    }

    /// @dev Empties a work's credit: payees' parts go to their balances, the owner's is returned.
    function _take(
        uint256 workId,
        address token,
        address owner
    ) internal returns (uint256 ownersPart) {
        Account storage account = _account(workId, token);
        uint256 first = account.first;
        uint256 amount = first.creditOf();
        if (amount == 0) return 0;
        account.first = first - amount;
        emit Drawn(workId, token, owner, amount);

        uint256 payees = _node[workId].payeesOf();
        if (payees == 0) return amount;

        // A payee added since starts all floors anew: over the old total they could pay out more
        // than was drawn.
        uint256 phase = _drawPhase[workId][token];
        phase = phase >> 14 == payees ? phase & Ledger.MASK_14 : 0;
        _drawPhase[workId][token] = ((phase + amount) % Ledger.WHOLE) | (payees << 14);
        uint256 ownersShare = Ledger.WHOLE;
        for (uint256 i; i < payees; ++i) {
            uint256 packed = _payees[workId][i];
            uint256 share = packed >> 160;
            ownersShare -= share;
            balances[address(uint160(packed))][token] += Ledger.due(phase, amount, share);
        }
        return Ledger.due(phase, amount, ownersShare);
    }

    function _draw(uint256 workId, address token, address owner) internal returns (uint256 amount) {
        amount = _account(workId, token).first.creditOf();
        uint256 ownersPart = _take(workId, token, owner);
        if (ownersPart != 0) balances[owner][token] += ownersPart;
    }

    /// @dev Sends the caller's balance and `more` to `to`.
    function _withdraw(address token, address to, uint256 more) internal returns (uint256 amount) {
        if (to == address(0) || to == address(this)) revert InvalidReceiver(to);
        amount = _clear(msg.sender, token) + more;
        if (amount == 0) revert NothingToWithdraw(msg.sender, token);
        emit Withdrawn(msg.sender, token, to, amount);
        _pay(token, to, amount);
    }

    /// @dev Sends money to where its owner wants it; reverts where it is refused.
    function _pay(address token, address to, uint256 amount) internal {
        if (token == address(0)) {
            // The owner of the money names `to`; the balance was cleared before.
            // slither-disable-next-line arbitrary-send-eth
            (bool success, ) = to.call{value: amount}("");
            if (!success) revert TransferFailed(to, amount);
        } else {
            token.safeTransfer(to, amount);
        }
    }

    // ---------------------------------------------------------------- release

    function _release(uint256 workId, address token) internal {
        (address owner, uint256 transfers, bool hasKey) = REGISTRY.ownerAndKey(workId);
        uint256 packed = _node[workId];
        Account storage account = _account(workId, token);
        uint256 first = account.first;
        address to = packed.hasPayout() ? _payoutOf(workId, transfers) : address(0);
        bool toOwner = to == address(0) && (hasKey || owner.code.length == 0);
        if (toOwner) to = owner;
        uint256 payees = packed.payeesOf();
        uint256 amount = first.creditOf();
        if (payees == 0 && amount != 0 && to != address(0)) {
            account.first = first - amount;
            if (_send(token, to, amount)) {
                emit Released(workId, token, to, amount);
            } else {
                emit Drawn(workId, token, owner, amount);
                balances[owner][token] += amount;
            }
            return;
        }
        uint256 own = _take(workId, token, owner);
        if (own == 0 && toOwner) own = _clear(owner, token);
        // Under the lock: the receiver finds every way to move money closed.
        // slither-disable-next-line reentrancy-no-eth
        _push(owner, token, to, own);
        if (payees != 0) _releasePayees(workId, token, payees);
    }

    function _releasePayees(uint256 workId, address token, uint256 payees) internal {
        for (uint256 i; i < payees; ++i) {
            address payee = address(uint160(_payees[workId][i]));
            uint256 payeeWork = Tills.idOf(payee);
            if (_isWork(payeeWork)) {
                uint256 amount = _clear(payee, token);
                if (amount != 0) _book(payeeWork, token, amount, Tills.tillOf(workId));
            } else if (payee.code.length == 0) {
                // Under the lock: the receiver finds every way to move money closed.
                // slither-disable-next-line reentrancy-no-eth
                _push(payee, token, payee, _clear(payee, token));
            }
        }
    }

    /// @dev Takes an address's balance.
    function _clear(address account, address token) internal returns (uint256 amount) {
        amount = balances[account][token];
        if (amount != 0) balances[account][token] = 0;
    }

    /// @dev Sends `amount` that belongs to `account` to `to`; it becomes balance where there is no
    /// receiver or the receiver refuses.
    function _push(address account, address token, address to, uint256 amount) internal {
        if (amount == 0) return;
        if (to != address(0) && _send(token, to, amount)) {
            emit Withdrawn(account, token, to, amount);
        } else {
            balances[account][token] += amount;
        }
    }

    /// @dev Sends money to somebody who did not ask for it, and who so cannot stop a distribution:
    /// enough gas for a wallet contract to take note, too little to harm who distributes.
    function _send(address token, address to, uint256 amount) internal returns (bool) {
        if (token == address(0)) return to.trySafeTransferETH(amount, ETHER_GAS);
        // A call of its own, so that a token that moves the money and denies it has not moved it.
        try this.push{gas: TRANSFER_GAS}(token, to, amount) {
            return true;
        } catch {
            return false;
        }
    }

    /// @inheritdoc IRoyaltySplitter
    function push(address token, address to, uint256 amount) external {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
        token.safeTransfer(to, amount);
    }

    function _payoutOf(uint256 workId, uint256 transfers) internal view returns (address) {
        uint256 packed = _payout[workId];
        return packed >> 160 == transfers ? address(uint160(packed)) : address(0);
    }

    // ------------------------------------------------------------------ money

    function _checkEther(uint256 amount) internal view returns (uint256) {
        if (msg.value != amount) revert WrongValue(msg.value, amount);
        if (amount == 0) revert NothingReceived(address(0));
        return amount;
    }

    function _arrived(address token, uint256 before) internal view returns (uint256 received) {
        uint256 holds = _holds(address(this), token);
        if (holds <= before) revert NothingReceived(token);
        return holds - before;
    }

    function _holds(address account, address token) internal view returns (uint256) {
        return token == address(0) ? account.balance : token.balanceOf(account);
    }

    // ------------------------------------------------------------------ tills

    /// @dev Deploys a work's till where it is absent.
    function _openTill(
        address creator,
        bytes32 contentHash,
        uint256 homeChainId
    ) internal returns (address till) {
        bytes32 salt = Tills.salt(creator, contentHash, homeChainId);
        till = Tills.at(address(this), TILL_CODE_HASH, salt);
        if (homeChainId == block.chainid) _requireWork(Tills.idOf(till));
        if (till.code.length == 0) new Till{salt: salt}();
    }

    /// @dev Has a till send all it holds of `token` to `to`. Returns how much; where it sends nothing
    /// and `must`, reverts.
    function _forward(
        address till,
        address token,
        address to,
        bool must
    ) internal returns (uint256 amount) {
        amount = _holds(till, token);
        // Refuses to move nothing; whoever adds a wei to the till only helps.
        // slither-disable-next-line incorrect-equality
        if (amount == 0) {
            if (must) revert NothingReceived(token);
            return 0;
        }
        bool isEther = token == address(0);
        (bool success, bytes memory result) = till.call(
            abi.encodeCall(
                Till.forward,
                (
                    isEther ? to : token,
                    isEther ? amount : 0,
                    isEther
                        ? bytes("")
                        : abi.encodeWithSignature("transfer(address,uint256)", to, amount)
                )
            )
        );
        // A token may answer false instead of reverting.
        if (success && _holds(till, token) < amount) return amount;
        if (!must) return 0;
        if (success) revert NothingReceived(token);
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }

    // ------------------------------------------------------------------ works

    /// @dev Where a work's account of a token lies. One hash, as accounts are what is used most. The
    /// second word is no number of a slot, for ETH neither, so no mapping's hash is the same.
    function _account(
        uint256 workId,
        address token
    ) internal pure returns (Account storage account) {
        assembly ("memory-safe") {
            mstore(0x00, workId)
            mstore(0x20, or(shl(96, token), 0xffffffffffffffffffffffff))
            account.slot := keccak256(0x00, 0x40)
        }
    }

    /// @dev A node proves that a work is certified; without one the registry is asked.
    function _requireWork(uint256 workId) internal view {
        if (!_isWork(workId)) revert UnknownWork(workId);
    }

    function _isWork(uint256 workId) internal view returns (bool) {
        return _node[workId] != 0 || REGISTRY.exists(workId);
    }
}
