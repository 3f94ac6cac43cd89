// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPLicense} from "../../contracts/IPLicense.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {Share, Terms} from "../../contracts/types/Structs.sol";
import {Proof} from "./Proof.sol";

/// @notice The license contract itself: its checks of terms, called from outside.
contract Licenses is IPLicense {
    function checkForm(Terms calldata terms) external pure {
        _checkForm(terms);
    }

    function checkFit(
        uint256 workId,
        bytes32 termsHash,
        Stored calldata terms,
        uint40 end
    ) external view {
        _checkFit(workId, termsHash, terms, end);
    }
}

/// @notice Which terms may be offered for a work: valid exactly when they lie within its bounds.
contract OffersProof is Proof {
    Licenses internal licenses;
    /// @dev What this contract, in the splitter's place, answers about the work.
    uint256 internal vol;
    uint256 internal parents;
    uint72 internal tag;

    function setUp() external {
        licenses = new Licenses();
    }

    function addressAt(uint256) external view returns (address) {
        return address(this);
    }

    function node(uint256) external view returns (uint256, uint256, uint256, uint256, uint72) {
        return (0, vol, parents, 0, tag);
    }

    /// @dev The edges of the work: none, so share-alike terms that would fit are none.
    function sharesOf(uint256) external pure returns (Share[] memory shares) {}

    /// @notice Of a work with parents: valid exactly when permissions lie within the ceiling, all
    /// obligations are carried, the license ends by `until`, and terms that let derive leave 10,000
    /// for all shares. Bounds: no SHARE_ALIKE among the obligations.
    function check_validWithinTheBounds(
        Rights.Bounds calldata bounds,
        IPLicense.Stored calldata terms,
        uint40 end,
        uint256 owes
    ) external {
        vm.assume(owes <= WHOLE && bounds.obligations & Rights.SHARE_ALIKE == 0);
        vol = owes;
        parents = 1;
        tag = Rights.pack(bounds);
        bool valid = terms.grant & Rights.PERMISSIONS & ~bounds.ceiling == 0;
        valid = valid && bounds.obligations & Rights.OBLIGATIONS & ~terms.grant == 0;
        valid = valid && (bounds.until == 0 || (end != 0 && end <= bounds.until));
        bool derive = terms.grant & Rights.DERIVE != 0;
        valid = valid && (!derive || owes + terms.income + terms.volume <= WHOLE);
        assert(fits(terms, bytes32(uint256(1)), end) == valid);
    }

    /// @notice Of a share-alike work: valid for no other terms than those required.
    /// Bounds: terms that are not the required ones.
    function check_shareAlikeAdmitsNoOtherTerms(
        Rights.Bounds calldata bounds,
        IPLicense.Stored calldata terms,
        bytes32 termsHash,
        uint40 end
    ) external {
        vm.assume(bounds.obligations & Rights.SHARE_ALIKE != 0 && termsHash != 0);
        parents = 1;
        tag = Rights.pack(bounds);
        assert(!fits(terms, termsHash, end));
    }

    /// @notice Of an original work: bound by nothing but what all shares may come to.
    /// Bounds: none.
    function check_originalIsUnbound(IPLicense.Stored calldata terms, uint40 end) external {
        parents = 0;
        bool derive = terms.grant & Rights.DERIVE != 0;
        bool valid = !derive || uint256(terms.income) + terms.volume <= WHOLE;
        assert(fits(terms, bytes32(uint256(1)), end) == valid);
    }

    /// @notice Terms that are well formed pass on no more than they grant, let nobody use editorial
    /// works for commerce, never share more than the whole, and end where they exclude others.
    /// Bounds: none.
    function check_wellFormedTerms(Terms calldata terms) external view {
        try licenses.checkForm(terms) {
            uint16 commercial = Rights.COMMERCIAL | Rights.MERCH;
            assert(terms.pass & ~(terms.grant & Rights.PERMISSIONS) == 0);
            assert(terms.grant & ~Rights.ALL == 0);
            if (terms.grant & Rights.EDITORIAL != 0) {
                assert((terms.grant | terms.pass) & commercial == 0);
            }
            if (terms.grant & Rights.EXCLUSIVE != 0) assert(terms.duration != 0);
            if (terms.grant & Rights.SHARE_ALIKE != 0) {
                assert(terms.grant & Rights.DERIVE != 0 && terms.volume == 0);
                assert(terms.pass == terms.grant & Rights.PERMISSIONS);
            }
            bool derive = terms.grant & Rights.DERIVE != 0;
            assert(derive == (terms.units != 0));
            assert(uint256(terms.income) + terms.volume <= (derive ? WHOLE : 0));
        } catch {}
    }

    function fits(
        IPLicense.Stored calldata terms,
        bytes32 termsHash,
        uint40 end
    ) internal view returns (bool) {
        try licenses.checkFit(1, termsHash, terms, end) {
            return true;
        } catch {
            return false;
        }
    }
}
