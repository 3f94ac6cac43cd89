// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LedgerModel} from "../LedgerModel.sol";

/// @notice The model with the people around it: payees that join late, payout addresses, tills among
/// the payees, and what has left the splitter for whom.
contract HistoryModel is LedgerModel {
    address internal constant ETHER = address(0);

    /// @dev Who is a contract: it takes no ETH, and nothing that was not asked for.
    address internal immutable VAULT;
    address[] internal _tokens;
    /// @dev What had been drawn of a work when its youngest payee joined.
    mapping(uint256 work => mapping(address token => uint256)) internal _drawnBefore;
    mapping(uint256 work => address) internal _payouts;
    /// @dev Numbers of works by their tills, plus 1.
    mapping(address till => uint256) internal _tills;
    mapping(address account => mapping(address token => uint256)) public held;

    error NothingToSend();

    constructor(address vault, address[] memory tokens) {
        VAULT = vault;
        _tokens = tokens;
    }

    // ------------------------------------------------------------------ moves

    function opened(uint256 work, address till) external {
        _tills[till] = work + 1;
    }

    function addPayee(uint256 work, address to, uint256 share) external {
        _parts[work].push(Part(to, share));
        _works[work].ownersShare -= share;
        for (uint256 i; i < _tokens.length; ++i) {
            _drawnBefore[work][_tokens[i]] = _totals[work][_tokens[i]].drawn;
        }
    }

    /// @notice A fee of a payment.
    function credited(address to, address token, uint256 amount) external {
        earned[to][token] += amount;
    }

    function setPayout(uint256 work, address to) external {
        _payouts[work] = to;
    }

    function hand(uint256 work, address to) external {
        _works[work].owner = to;
        delete _payouts[work];
    }

    /// @notice Draws; returns the credit as it was.
    function drawWork(uint256 work, address token) external returns (uint256 amount) {
        amount = credit(work, token);
        _drawShares(work, token);
    }

    function withdrawTo(address account, address token, address to) public returns (uint256 sent) {
        sent = withdraw(account, token);
        if (sent == 0) revert NothingToSend();
        held[to][token] += sent;
    }

    function collect(
        uint256[] calldata path,
        address account,
        address token,
        address to
    ) external returns (uint256) {
        for (uint256 i; i < path.length; ++i) {
            settle(path[i], token);
        }
        for (uint256 i; i < path.length; ++i) {
            bool own = _works[path[i]].owner == account;
            if (own || i + 1 == path.length) _drawShares(path[i], token);
        }
        return withdrawTo(account, token, to);
    }

    function releaseWork(uint256 work, address token) external {
        uint256 own = _drawShares(work, token);
        address owner = _works[work].owner;
        address to = _payouts[work];
        if (to == address(0) && owner != VAULT) {
            to = owner;
            // Nothing new: what lay there before goes out.
            if (own == 0) own = balance(owner, token);
        }
        if (to != address(0) && !(to == VAULT && token == ETHER)) _send(owner, token, to, own);

        for (uint256 i; i < _parts[work].length; ++i) {
            address payee = _parts[work][i].to;
            uint256 amount = balance(payee, token);
            uint256 paid = _tills[payee];
            if (paid != 0) {
                withdrawn[payee][token] += amount;
                _totals[paid - 1][token].direct += amount;
                _totals[paid - 1][token].volume += amount;
            } else if (payee != VAULT) {
                _send(payee, token, payee, amount);
            }
        }
    }

    // ------------------------------------------------------------------ views

    /// @notice What the next `settle` moves along each edge, by the parents' numbers.
    function whatSettleMoves(
        uint256 work,
        address token
    ) external view returns (uint256[] memory parents, uint256[] memory amounts) {
        Totals storage child = _totals[work][token];
        uint256 income = child.direct + child.royalties;
        parents = new uint256[](_links[work].length);
        amounts = new uint256[](parents.length);
        for (uint256 i; i < parents.length; ++i) {
            Link storage link = _links[work][i];
            parents[i] = link.parent;
            amounts[i] =
                _part(income, link.income) -
                _part(child.settledIncome, link.income) +
                _part(child.volume, link.volume) -
                _part(child.settledVolume, link.volume);
        }
    }

    // ----------------------------------------------------------------- inside

    function _send(address from, address token, address to, uint256 amount) internal {
        withdrawn[from][token] += amount;
        held[to][token] += amount;
    }

    /// @dev Every share of what was drawn since the last payee joined; returns the owner's.
    function _drawShares(uint256 work, address token) internal returns (uint256 own) {
        Totals storage totals = _totals[work][token];
        uint256 start = _drawnBefore[work][token];
        uint256 before = totals.drawn - start;
        uint256 now_ = before + credit(work, token);
        totals.drawn = start + now_;
        for (uint256 i; i < _parts[work].length; ++i) {
            Part storage part = _parts[work][i];
            earned[part.to][token] += _part(now_, part.share) - _part(before, part.share);
        }
        uint256 share = _works[work].ownersShare;
        own = _part(now_, share) - _part(before, share);
        earned[_works[work].owner][token] += own;
    }
}
