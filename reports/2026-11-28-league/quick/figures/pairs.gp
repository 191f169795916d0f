set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
computed / useful pairs
1
2
4
8
1.0
1.5
2.0
sliding-window(1024)
length over window, n / w
sliding-window(1024) computes 1.02× the pairs that its mask allows
Pairs that the kernel computes over pairs that the mask allows, counted while the kernel ran. Lines join the points. At 1
no pair is wasted; w is the window, and texts shorter than w do not fill it.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'pairs' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'pairs.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[11].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[12] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[13] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[10] at screen 0.4181, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set xrange [0.9090909:8.004]
set yrange [0.9:2.16]
set xtics ($texts[2] 1, $texts[3] 2, $texts[4] 4, $texts[5] 8)
set ytics ($texts[6] 1, $texts[7] 1.5, $texts[8] 2)
set lmargin at screen 0.0616
set rmargin at screen 0.7747
set bmargin at screen 0.1167
set tmargin at screen 0.7923
set label $texts[1] at screen 0.0194, screen 0.8277 left font ',11.5' tc rgb '#595959'
set label $texts[9] at screen 0.8108, screen 0.1786 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.7830, screen 0.1786 to screen 0.8052, screen 0.1786 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
plot 'pairs.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'pairs.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00'
unset output
unset label
unset arrow
unset logscale
}
