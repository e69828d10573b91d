# fish completion for leat: asks the program itself.
function __leat_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for candidate in ($words[1] __complete -- $words[2..-1] $current 2>/dev/null)
        if test "$candidate" = :file
            __fish_complete_path $current
        else
            echo $candidate
        end
    end
end
complete -c leat -f -a '(__leat_complete)'
