// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IIPLicense} from "../../../contracts/interfaces/IIPLicense.sol";
import {Rights} from "../../../contracts/libraries/Rights.sol";

/// @title LicenseGate
/// @notice Numbered prints of one work, for whoever holds a license to sell merchandise of it.
contract LicenseGate {
    uint16 internal constant NEEDED = Rights.COMMERCIAL | Rights.MERCH;

    IIPLicense internal immutable LICENSE;
    uint256 internal immutable WORK_ID;

    /// @notice How many prints there are; numbers start at 1.
    uint256 public prints;
    /// @notice License that a print was made under.
    mapping(uint256 number => uint256 licenseId) public madeUnder;

    /// @notice The license is not the holder's, not running, revoked, or grants less.
    error NotLicensed(uint256 licenseId, address holder);
    /// @notice The license is for another work.
    error OtherWork(uint256 licenseId, uint256 workId);

    constructor(IIPLicense license, uint256 workId) {
        LICENSE = license;
        WORK_ID = workId;
    }

    /// @notice Makes a print under a license that the caller holds now.
    function print(uint256 licenseId) external returns (uint256 number) {
        requireLicensed(licenseId, msg.sender);
        number = ++prints;
        madeUnder[number] = licenseId;
    }

    /// @notice Reverts unless `holder` may sell merchandise of the work now.
    function requireLicensed(uint256 licenseId, address holder) public view {
        if (!LICENSE.check(licenseId, holder, NEEDED, block.timestamp)) {
            revert NotLicensed(licenseId, holder);
        }
        // `check` looks at the license alone: a license for any work would pass it.
        (uint256 workId, , , , ) = LICENSE.license(licenseId);
        if (workId != WORK_ID) revert OtherWork(licenseId, workId);
    }
}
